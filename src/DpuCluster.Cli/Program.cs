using DpuCluster.Cli;

NativeHeap.LimitArenas();
return await CommandLine.RunAsync(StartedAs.Name, args).ConfigureAwait(false);
