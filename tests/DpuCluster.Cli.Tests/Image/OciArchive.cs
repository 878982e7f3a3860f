using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace DpuCluster.Cli.Tests.Image;

/// <summary>An image of one layer, as an archive has it (OCI image layout), unpacked.</summary>
/// <param name="Config">What a process in it is started with.</param>
/// <param name="Entries">The entries of the layer, by their names.</param>
/// <param name="Root">Where the layer has been unpacked to.</param>
internal sealed record OciArchive(JsonObject Config, IReadOnlyDictionary<string, TarEntry> Entries, string Root)
{
    /// <summary>Unpacks an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="directory">Where to; made here.</param>
    public static OciArchive Read(string file, string directory)
    {
        var (layout, root) = (Path.Combine(directory, "layout"), Directory.CreateDirectory(Path.Combine(directory, "root")).FullName);
        TarFile.ExtractToDirectory(file, Directory.CreateDirectory(layout).FullName, overwriteFiles: false);
        var manifest = Blob(layout, Parse(Path.Combine(layout, "index.json"))["manifests"]!.AsArray().Single()!);
        var layer = Blob(layout, Parse(manifest)["layers"]!.AsArray().Single()!);
        var entries = new Dictionary<string, TarEntry>();
        using (var reader = new TarReader(new GZipStream(File.OpenRead(layer), CompressionMode.Decompress)))
        {
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                entries.Add(entry.Name, entry);
                if (entry.EntryType is TarEntryType.RegularFile)
                {
                    entry.ExtractToFile(Path.Combine(root, entry.Name), overwrite: false);
                }
            }
        }

        return new(Parse(Blob(layout, Parse(manifest)["config"]!))["config"]!.AsObject(), entries, root);
    }

    private static string Blob(string layout, JsonNode descriptor) =>
        Path.Combine(layout, "blobs", descriptor["digest"]!.GetValue<string>().Replace(':', Path.DirectorySeparatorChar));

    private static JsonNode Parse(string file) => JsonNode.Parse(File.ReadAllText(file))!;
}
