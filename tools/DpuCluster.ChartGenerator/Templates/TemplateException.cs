namespace DpuCluster.ChartGenerator.Templates;

/// <summary>A template that this renderer does not understand, or that refuses the values; the message says where and why.</summary>
internal sealed class TemplateException(string message) : Exception(message);
