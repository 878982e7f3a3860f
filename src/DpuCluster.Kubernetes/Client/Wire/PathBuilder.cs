using System.Globalization;
using System.Text;

namespace DpuCluster.Kubernetes.Client;

/// <summary>A path with its query.</summary>
internal ref struct PathBuilder(string path)
{
    private readonly StringBuilder _text = new(path);
    private bool _hasQuery;

    public PathBuilder With(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _text.Append(_hasQuery ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _hasQuery = true;
        }

        return this;
    }

    public PathBuilder With(string name, long? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public PathBuilder With(string name, bool value) => With(name, value ? "true" : null);

    public override readonly string ToString() => _text.ToString();
}
