// The tests share two processors with servers, proxies and clients of their own; side by side they would only wait for one another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
