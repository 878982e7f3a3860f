using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpuCluster.ApiServer.Storage;

namespace DpuCluster.ApiServer.Authentication;

/// <summary>Issues and checks the tokens of service accounts: JSON Web Tokens signed with ES256, bound to the account's identity, expiring.</summary>
internal sealed class ServiceAccountTokens : ITokenAuthenticator, IDisposable
{
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    private readonly ObjectStore _store;
    private readonly TimeProvider _clock;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _signing = new();

    public ServiceAccountTokens(ObjectStore store, TimeProvider clock, string? signingKeyPem)
    {
        _store = store;
        _clock = clock;
        if (signingKeyPem is not null) _key.ImportFromPem(signingKeyPem);
    }

    /// <summary>Issues a token.</summary>
    /// <param name="account">The service account as it is stored.</param>
    /// <param name="audiences">Whom the token is for.</param>
    /// <param name="issued">From when on it is valid; the caller's, so that token and answer speak of one moment.</param>
    /// <param name="expires">When it ends.</param>
    /// <param name="bound">The object that it is bound to: <c>kind</c>, <c>name</c>, <c>uid</c>; null for none.</param>
    public string Issue(StoredObject account, IEnumerable<string> audiences, DateTimeOffset issued, DateTimeOffset expires, (string Kind, string Name, string Uid)? bound)
    {
        var from = issued.ToUnixTimeSeconds();
        var kubernetes = new JsonObject
        {
            ["namespace"] = account.Namespace,
            ["serviceaccount"] = new JsonObject { ["name"] = account.Name, ["uid"] = account.Uid },
        };
        if (bound is { } to) kubernetes[to.Kind.ToLowerInvariant()] = new JsonObject { ["name"] = to.Name, ["uid"] = to.Uid };
        var forWhom = new JsonArray();
        foreach (var audience in audiences) forWhom.Add((JsonNode)audience);
        var claims = new JsonObject
        {
            ["aud"] = forWhom,
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = from,
            ["iss"] = Issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = kubernetes,
            ["nbf"] = from,
            ["sub"] = $"system:serviceaccount:{account.Namespace}:{account.Name}",
        };
        var signed = $"{Encode("{\"alg\":\"ES256\",\"typ\":\"JWT\"}"u8)}.{Encode(ObjectEncoder.EncodePlain(claims))}";
        byte[] signature;
        lock (_signing) signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Encode(signature)}";
    }

    public UserInfo? Authenticate(string token)
    {
        if (ReadClaims(token) is not { } claims) return null;
        if (!(claims["aud"] as JsonArray ?? []).Any(a => a?.ToString() == Issuer)) return null;
        var kubernetes = claims["kubernetes.io"]!;
        var ns = kubernetes["namespace"]!.GetValue<string>();
        var name = kubernetes["serviceaccount"]!["name"]!.GetValue<string>();
        var uid = kubernetes["serviceaccount"]!["uid"]!.GetValue<string>();

        // A token outlives neither its account nor the object that it is bound to.
        if (ObjectStore.Get(_store.Collection(("", "serviceaccounts")), ns, name)?.Uid != uid) return null;
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
        {
            ["authentication.kubernetes.io/credential-id"] = [$"JTI={claims["jti"]}"],
        };
        foreach (var (kind, plural) in BoundKinds)
        {
            if (kubernetes[kind] is not JsonObject bound) continue;
            var boundName = bound["name"]!.GetValue<string>();
            var boundUid = bound["uid"]!.GetValue<string>();
            if (ObjectStore.Get(_store.Collection(("", plural)), kind == "node" ? "" : ns, boundName)?.Uid != boundUid) return null;
            extra[$"authentication.kubernetes.io/{kind}-name"] = [boundName];
            extra[$"authentication.kubernetes.io/{kind}-uid"] = [boundUid];
        }

        return new UserInfo($"system:serviceaccount:{ns}:{name}",
            ["system:serviceaccounts", $"system:serviceaccounts:{ns}", UserInfo.AuthenticatedGroup])
        { Uid = uid, Extra = extra };
    }

    public void Dispose() => _key.Dispose();

    private static readonly (string Kind, string Plural)[] BoundKinds = [("pod", "pods"), ("secret", "secrets"), ("node", "nodes")];

    private JsonObject? ReadClaims(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        try
        {
            var signature = Decode(parts[2]);
            bool good;
            lock (_signing) good = _key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, HashAlgorithmName.SHA256);
            if (!good || JsonNode.Parse(Decode(parts[1])) is not JsonObject claims) return null;
            var now = _clock.GetUtcNow().ToUnixTimeSeconds();
            return claims["iss"]?.ToString() == Issuer && claims["exp"]!.GetValue<long>() > now ? claims : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or CryptographicException)
        {
            // Whatever is not a token of ours stands for nobody.
            return null;
        }
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[] Decode(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4));
}

/// <summary>A fixed table of bearer tokens.</summary>
internal sealed class StaticTokens(IReadOnlyDictionary<string, (string User, IReadOnlyList<string> Groups)> tokens) : ITokenAuthenticator
{
    public UserInfo? Authenticate(string token) =>
        tokens.TryGetValue(token, out var found) ? UserInfo.Authenticated(found.User, found.Groups) : null;
}
