namespace DpuCluster.Operator.Applying;

/// <summary>An object cannot be made what it should be until somebody acts; the message says who and how.</summary>
internal sealed class MemberException(string message, Exception? inner = null) : Exception(message, inner);
