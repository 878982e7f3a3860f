using System.Security.Cryptography.X509Certificates;
using DpuCluster.ApiServer.Certificates;
using DpuCluster.ApiServer.Http;
using Microsoft.AspNetCore.Http;

namespace DpuCluster.ApiServer.Authentication;

/// <summary>Finds out who sends a request: by bearer token, by client certificate, or nobody in particular.</summary>
internal sealed class Authenticator(CertificateAuthority authority, IReadOnlyList<ITokenAuthenticator> tokens)
{
    /// <exception cref="ApiException">401: there are credentials, and they are wrong.</exception>
    public UserInfo Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
        {
            var space = header.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0 && header.AsSpan(0, space).Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                var token = header[(space + 1)..].Trim();
                if (token.Length > 0) return ByToken(token) ?? throw ApiErrors.Unauthorized();
            }
        }

        return ByCertificate(http) ?? UserInfo.Anonymous;
    }

    /// <summary>Who a token stands for; null when it stands for nobody.</summary>
    public UserInfo? ByToken(string token)
    {
        foreach (var authenticator in tokens)
        {
            if (authenticator.Authenticate(token) is { } user) return user;
        }

        return null;
    }

    private UserInfo? ByCertificate(HttpContext http) =>
        http.Features.Get<ConnectionCertificate>() is { IsThere: true } shown ? shown.UserBy(Read) ?? throw ApiErrors.Unauthorized() : null;

    private UserInfo? Read(X509Certificate2 certificate)
    {
        if (!authority.VouchesForClient(certificate)) return null;

        var name = "";
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements) continue;
            switch (part.GetSingleElementType().Value)
            {
                case "2.5.4.3":
                    name = part.GetSingleElementValue() ?? "";
                    break;
                case "2.5.4.10" when part.GetSingleElementValue() is { } group:
                    groups.Add(group);
                    break;
            }
        }

        return name.Length == 0 ? null : UserInfo.Authenticated(name, groups);
    }
}

/// <summary>Knows some of the bearer tokens.</summary>
internal interface ITokenAuthenticator
{
    /// <summary>Who a token stands for; null when it is none of those known here, or no longer good.</summary>
    UserInfo? Authenticate(string token);
}
