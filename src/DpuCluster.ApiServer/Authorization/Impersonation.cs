using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Http;
using DpuCluster.ApiServer.Schemas;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Authorization;

/// <summary>Acting as somebody else (<c>kubectl --as</c>): for whom the roles allow the verb <c>impersonate</c> on that somebody.</summary>
internal sealed class Impersonation(RbacAuthorizer authorizer)
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <summary>Who the request counts as.</summary>
    /// <param name="user">Who sends it.</param>
    /// <param name="headers">Its headers.</param>
    /// <exception cref="ApiException">The sender may not, or the headers do not name a user.</exception>
    public UserInfo Resolve(UserInfo user, IHeaderDictionary headers)
    {
        string name = headers["Impersonate-User"].ToString(), uid = headers["Impersonate-Uid"].ToString();
        List<string> groups = [.. headers["Impersonate-Group"].OfType<string>()];
        var extra = headers.Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                header => Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..].ToLowerInvariant()),
                IReadOnlyList<string> (header) => [.. header.Value.OfType<string>()]);
        if (name.Length == 0)
        {
            return groups.Count == 0 && uid.Length == 0 && extra.Count == 0
                ? user
                : throw ApiErrors.BadRequest($"requested {GoSyntax(uid, groups, extra)} without impersonating a user name");
        }

        var account = name.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal) ? name[ServiceAccountPrefix.Length..].Split(':') : [];
        if (account is [var ns, var accountName])
        {
            Require(new(user, "impersonate") { IsResource = true, Resource = "serviceaccounts", Namespace = ns, Name = accountName });
            groups = groups.Count > 0 ? groups : ["system:serviceaccounts", $"system:serviceaccounts:{ns}"];
        }
        else
        {
            Require(new(user, "impersonate") { IsResource = true, Resource = "users", Name = name });
        }

        foreach (var group in headers["Impersonate-Group"].OfType<string>())
        {
            Require(new(user, "impersonate") { IsResource = true, Resource = "groups", Name = group });
        }

        if (uid.Length > 0)
        {
            Require(new(user, "impersonate") { IsResource = true, Group = "authentication.k8s.io", Resource = "uids", Name = uid });
        }

        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
            {
                var access = new AccessRequest(user, "impersonate") { IsResource = true, Group = "authentication.k8s.io", Resource = "userextras" };
                Require(access with { Subresource = key, Name = value });
            }
        }

        return name == UserInfo.Anonymous.Name
            ? UserInfo.Anonymous
            : UserInfo.Authenticated(name, groups.Where(group => group != UserInfo.AuthenticatedGroup)) with { Uid = uid, Extra = extra };
    }

    /// <summary>The wanted user as a real server shows it: as a Go literal.</summary>
    private static string GoSyntax(string uid, List<string> groups, Dictionary<string, IReadOnlyList<string>> extra)
    {
        var pairs = extra.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{GoText.Quote(pair.Key)}:[]string{GoValues(pair.Value)}");
        return $"&user.DefaultInfo{{Name:\"\", UID:{GoText.Quote(uid)}, Groups:[]string{GoValues(groups)}, "
            + $"Extra:map[string][]string{(extra.Count == 0 ? "(nil)" : $"{{{string.Join(", ", pairs)}}}")}}}";
    }

    private static string GoValues(IReadOnlyCollection<string> values) => values.Count == 0 ? "(nil)" : $"{{{string.Join(", ", values.Select(GoText.Quote))}}}";

    private void Require(AccessRequest access)
    {
        if (!authorizer.Allows(access)) throw access.Forbidden();
    }
}
