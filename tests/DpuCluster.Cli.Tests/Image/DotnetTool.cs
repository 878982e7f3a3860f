using DpuCluster.Testing;
using DpuCluster.Testing.Servers;

namespace DpuCluster.Cli.Tests.Image;

/// <summary>The SDK that the tests were built with, at work on the project of the program.</summary>
internal static class DotnetTool
{
    // Started cold, on a machine that builds other things too.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The project of the program.</summary>
    public static string Project => Path.Combine(Repository.Root(), "src", "DpuCluster.Cli", "DpuCluster.Cli.csproj");

    /// <summary>What the tests were built as, <c>Debug</c> or <c>Release</c>: the program was built the same way.</summary>
    public static string Configuration => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;

    /// <summary>Runs it, and leaves nothing running behind it.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string?>
        {
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            // What the test host has set for itself is not for the SDK.
            ["MSBuildSDKsPath"] = null,
            ["MSBuildExtensionsPath"] = null,
        };
        var result = await ProcessRunner.RunAsync(Dotnet, arguments, environment: environment, patience: Patience);
        return result.ShouldSucceed().Output;
    }

    private static string Dotnet => Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : Tools.Require("dotnet");
}
