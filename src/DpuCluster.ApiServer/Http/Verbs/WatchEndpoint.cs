using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Catalog;
using DpuCluster.ApiServer.Resources;
using DpuCluster.ApiServer.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace DpuCluster.ApiServer.Http.Verbs;

/// <summary>Streams the changes of a collection.</summary>
internal sealed class WatchEndpoint(ObjectStore store, TableAnswers tables, TimeProvider clock, CancellationToken stopping)
{
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestDefault = TimeSpan.FromMinutes(30);

    // A timer does not go on for as long as a client may ask for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public async Task HandleAsync(ApiRequest request)
    {
        var options = ListOptions.Read(request.Query, request.Resource, request.Info.Namespace, request.Info.Name, watch: true);
        var collection = store.Collection(request.Resource.StorageKey);
        var revision = options.Revision;
        if (request.Accept.IsYaml) throw ApiErrors.NotAcceptable(MediaType.AcceptedStreams);
        Snapshot? initial = null;
        StoreCursor cursor;

        var sendInitial = options.SendInitialEvents == true;
        if (sendInitial && revision > store.PublishedRevision)
        {
            await WriteErrorAsync(request, ApiErrors.TooLargeResourceVersion(revision, store.PublishedRevision)).ConfigureAwait(false);
            return;
        }

        // From a version that is yet to come a watch begins with what comes after it, however long that takes.
        if (sendInitial || revision == 0 || revision > store.PublishedRevision)
        {
            var (snapshot, all) = store.ReadAll(collection);
            cursor = all;
            if (sendInitial) initial = snapshot;
        }
        else if (store.ReadAfter(collection, revision) is { } after)
        {
            cursor = after;
        }
        else
        {
            await WriteErrorAsync(request, ApiErrors.Expired($"too old resource version: {revision} ({collection.CompactedTo})")).ConfigureAwait(false);
            return;
        }

        using (cursor)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, stopping, cursor.WhenCutOff);
            var writer = Begin(request, tables);
            try
            {
                await writer.FlushAsync(ending.Token).ConfigureAwait(false);
                await StreamAsync(writer, request.Resource, options, cursor, initial, ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                if (cursor.WhenCutOff.IsCancellationRequested) request.Http.Abort();
            }
        }
    }

    private async Task StreamAsync(
        WatchWriter writer, ResourceDefinition resource, ListOptions options, StoreCursor cursor, Snapshot? initial, CancellationToken ending)
    {
        var mayTakeTime = ServedObjects.MayTakeTime(resource);
        var started = clock.GetTimestamp();
        var timeout = options.Timeout ?? ShortestDefault * (1 + Random.Shared.NextDouble());
        if (initial is { } snapshot)
        {
            foreach (var obj in snapshot.Objects)
            {
                if (!options.Filter.Matches(obj)) continue;
                if (mayTakeTime) await ServedObjects.PrepareAsync(resource, obj, ending).ConfigureAwait(false);
                writer.Added(obj);
                if (writer.ShouldFlush) await writer.FlushAsync(ending).ConfigureAwait(false);
            }

            if (options.SendInitialEvents == true && options.AllowBookmarks) writer.Bookmark(snapshot.Revision, endsInitialEvents: true);
            await writer.FlushAsync(ending).ConfigureAwait(false);
        }

        // One timer and one registration for all waits: what they cost would be paid for each event by each watch.
        using var alarm = clock.CreateTimer(static cursor => ((StoreCursor)cursor!).Interrupt(), cursor, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var end = ending.UnsafeRegister(static cursor => ThreadPool.UnsafeQueueUserWorkItem(static cursor => cursor.Interrupt(), (StoreCursor)cursor!, preferLocal: false), cursor);
        var lastBookmark = clock.GetTimestamp();
        var isSet = false;
        long caughtUpTo;
        while (true)
        {
            while (cursor.TryRead(out caughtUpTo) is { } change)
            {
                if (initial is null && change.Revision <= options.Revision) continue;

                // The thread has others to wake: it does not wait for a web service.
                if (mayTakeTime && Told(options, change) is { } told) await ServedObjects.PrepareAsync(resource, told, ending).ConfigureAwait(false);
                Tell(writer, options, change);
                if (!writer.ShouldFlush) continue;
                await writer.FlushAsync(ending).ConfigureAwait(false);

                // Whoever has much to read lets those go on who wait for the same thread.
                await Task.Yield();
            }

            await writer.FlushAsync(ending).ConfigureAwait(false);
            var left = timeout - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero) break;
            var bookmarkIn = options.AllowBookmarks ? BookmarkInterval - clock.GetElapsedTime(lastBookmark) : LongestWait;
            if (bookmarkIn <= TimeSpan.Zero)
            {
                writer.Bookmark(caughtUpTo, endsInitialEvents: false);
                lastBookmark = clock.GetTimestamp();
                isSet = false;
                continue;
            }

            if (!isSet) isSet = alarm.Change(left < bookmarkIn ? left : bookmarkIn, Timeout.InfiniteTimeSpan);
            if (await cursor.WaitAsync().ConfigureAwait(false)) isSet = false;
            ending.ThrowIfCancellationRequested();
        }

        // A last bookmark lets the client go on from here, however long nothing happened.
        if (options.AllowBookmarks) writer.Bookmark(caughtUpTo, endsInitialEvents: false);
        await writer.FlushAsync(ending).ConfigureAwait(false);
    }

    /// <summary>What a change is to those who see only a part of the objects: entering it is an addition, leaving it a deletion.</summary>
    private static void Tell(WatchWriter writer, ListOptions options, StoreChange change)
    {
        var before = change.Previous is { } previous && options.Filter.Matches(previous);
        var after = change.Current is { } current && options.Filter.Matches(current);
        if (after && before) writer.Modified(change.Current!);
        else if (after) writer.Added(change.Current!);
        else if (before) writer.Deleted(change.Left);
    }

    /// <summary>The state that <see cref="Tell"/> shows of a change; null where it says nothing.</summary>
    private static StoredObject? Told(ListOptions options, StoreChange change) =>
        change.Current is { } current && options.Filter.Matches(current) ? current
            : change.Previous is { } previous && options.Filter.Matches(previous) ? change.Left
            : null;

    private static WatchWriter Begin(ApiRequest request, TableAnswers answers)
    {
        var http = request.Http;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        return new WatchWriter(request, http.Response.BodyWriter, answers);
    }

    /// <summary>The stream begins, and its only event says that it cannot: as the watch cache of a real server does it.</summary>
    private async Task WriteErrorAsync(ApiRequest request, ApiException error)
    {
        var writer = Begin(request, tables);
        writer.Error(error.ToStatus());
        await writer.FlushAsync(request.Aborted).ConfigureAwait(false);
    }
}

/// <summary>Writes the events of one watch, each a line of JSON put together from what is encoded already.</summary>
internal sealed class WatchWriter(ApiRequest request, PipeWriter output, TableAnswers tables)
{
    private const int FlushAfter = 32 * 1024;

    private int _unflushed;
    private bool _columnsSent;

    public bool ShouldFlush => _unflushed > FlushAfter;

    public void Added(StoredObject obj) => Write("{\"type\":\"ADDED\",\"object\":"u8, obj);

    public void Modified(StoredObject obj) => Write("{\"type\":\"MODIFIED\",\"object\":"u8, obj);

    public void Deleted(StoredObject obj) => Write("{\"type\":\"DELETED\",\"object\":"u8, obj);

    public void Bookmark(long revision, bool endsInitialEvents)
    {
        var resource = request.Resource;
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (endsInitialEvents) metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var plain = new JsonObject { ["kind"] = resource.Kind, ["apiVersion"] = resource.ApiVersion, ["metadata"] = metadata };
        JsonObject obj;
        switch (request.Accept.Shape)
        {
            case AnswerShape.Table:
                // A bookmark is an object like any other, though without a name: it has a row.
                obj = tables.Make(request, [plain], ObjectAnswers.ListMetadata(revision.ToString(CultureInfo.InvariantCulture), null, null), withColumns: !_columnsSent);
                _columnsSent = true;
                break;
            case AnswerShape.PartialObjectMetadata or AnswerShape.PartialObjectMetadataList:
                obj = plain;
                (obj["kind"], obj["apiVersion"]) = ("PartialObjectMetadata", $"meta.k8s.io/{request.Accept.Version}");
                break;
            default:
                obj = plain;
                break;
        }

        Write("{\"type\":\"BOOKMARK\",\"object\":"u8, ObjectEncoder.EncodePlain(obj));
    }

    public void Error(JsonObject status) => Write("{\"type\":\"ERROR\",\"object\":"u8, ObjectEncoder.EncodePlain(status));

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        _unflushed = 0;
        await output.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private void Write(ReadOnlySpan<byte> start, StoredObject obj)
    {
        switch (request.Accept.Shape)
        {
            case AnswerShape.Object:
                Write(start, ServedObjects.Json(request.Resource, obj));
                break;
            case AnswerShape.Table:
                var table = tables.Make(request, [obj], obj.Revision.ToString(CultureInfo.InvariantCulture), null, null, withColumns: !_columnsSent);
                _columnsSent = true;
                Write(start, ObjectEncoder.EncodePlain(table));
                break;
            default:
                Write(start, ObjectEncoder.EncodePlain(ObjectAnswers.Partial(request, obj)));
                break;
        }
    }

    private void Write(ReadOnlySpan<byte> start, ReadOnlySpan<byte> json)
    {
        var length = start.Length + json.Length + 2;
        var span = output.GetSpan(length);
        start.CopyTo(span);
        json.CopyTo(span[start.Length..]);
        "}\n"u8.CopyTo(span[(start.Length + json.Length)..]);
        output.Advance(length);
        _unflushed += length;
    }
}
