using DpuCluster.Cli;

return await CommandLine.RunAsync(StartedAs.Name, args).ConfigureAwait(false);
