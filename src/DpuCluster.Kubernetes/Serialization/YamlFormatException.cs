using System.Globalization;

namespace DpuCluster.Kubernetes.Serialization;

/// <summary>Text that is not the YAML it should be. The message quotes nothing of the text but keys, names of anchors and tags.</summary>
public sealed class YamlFormatException : FormatException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="line">Line, from 1.</param>
    /// <param name="column">Column, from 1.</param>
    /// <param name="innerException">What led to it, if anything did.</param>
    public YamlFormatException(string problem, long line, long column, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}: {problem}"), innerException)
    {
        Line = line;
        Column = column;
    }

    /// <summary>Line, from 1.</summary>
    public long Line { get; }

    /// <summary>Column, from 1.</summary>
    public long Column { get; }
}
