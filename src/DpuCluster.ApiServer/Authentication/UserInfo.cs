using System.Text.Json.Nodes;

namespace DpuCluster.ApiServer.Authentication;

/// <summary>Who sends a request.</summary>
/// <param name="Name">Name, such as <c>kubernetes-admin</c> or <c>system:serviceaccount:ns:name</c>.</param>
/// <param name="Groups">Groups, <c>system:authenticated</c> included.</param>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    public const string AuthenticatedGroup = "system:authenticated";

    public const string UnauthenticatedGroup = "system:unauthenticated";

    public const string MastersGroup = "system:masters";

    public string Uid { get; init; } = "";

    /// <summary>What else is known, such as the pod that a token is bound to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public static UserInfo Anonymous { get; } = new("system:anonymous", [UnauthenticatedGroup]);

    public static UserInfo Authenticated(string name, IEnumerable<string> groups) => new(name, [.. groups, AuthenticatedGroup]);

    /// <summary>The user as reviews show it.</summary>
    public JsonObject ToJson()
    {
        var described = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0) described["uid"] = Uid;
        described["groups"] = Texts(Groups);
        if (Extra.Count > 0)
        {
            var extra = new JsonObject();
            foreach (var (key, values) in Extra) extra[key] = Texts(values);
            described["extra"] = extra;
        }

        return described;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
