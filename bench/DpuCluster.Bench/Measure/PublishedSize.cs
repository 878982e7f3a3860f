using System.Formats.Tar;
using System.IO.Compression;

namespace DpuCluster.Bench.Measure;

/// <summary>How large a published program is.</summary>
/// <param name="Files">How many files it consists of; links count for nothing.</param>
/// <param name="Mebibytes">All files together, in MiB.</param>
/// <param name="CompressedMebibytes">The same as one compressed archive, as a layer of an image is, in MiB.</param>
internal sealed record PublishedSize(int Files, double Mebibytes, double CompressedMebibytes)
{
    public const double Mebibyte = 1024 * 1024;

    /// <summary>Measures a folder, without what is for debuggers and for those who compile against it.</summary>
    public static PublishedSize Of(string folder)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles()
            .Where(file => file.LinkTarget is null && file.Extension is not (".pdb" or ".dbg" or ".xml")).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        using var layer = new MemoryStream();
        using (var writer = new TarWriter(new GZipStream(layer, CompressionLevel.Optimal, leaveOpen: true)))
        {
            foreach (var file in files)
            {
                writer.WriteEntry(file.FullName, file.Name);
            }
        }

        return new(files.Count, files.Sum(file => file.Length) / Mebibyte, layer.Length / Mebibyte);
    }
}
