using DpuCluster.ApiServer.Authentication;
using DpuCluster.ApiServer.Authorization;
using DpuCluster.ApiServer.Schemas;
using static DpuCluster.ApiServer.Cel.CelType;

namespace DpuCluster.ApiServer.Cel;

/// <summary>Asks in an expression what somebody may do: the variable <c>authorizer</c>, whose field <c>requestResource</c> is about what is requested.</summary>
internal sealed class CelAuthorizer(RbacAuthorizer authorizer, UserInfo user, AccessRequest requested) : CelMap
{
    private const string RequestResource = "requestResource";

    /// <summary>Its type.</summary>
    public static CelType Type { get; } = CelType.Object("kubernetes.authorization.Authorizer", new Shape());

    public RbacAuthorizer Authorizer => authorizer;

    public UserInfo User => user;

    public override int Count => 1;

    public override IEnumerable<object> Keys => [RequestResource];

    public override object? Find(object key) => key is RequestResource ? new CelResourceCheck(authorizer, requested with { User = user }) : null;

    public CelAuthorizer For(UserInfo other) => new(authorizer, other, requested);

    private sealed class Shape : ObjectShape
    {
        public override CelType? FieldType(string name) => name == RequestResource ? CelAuthorizationTypes.Resource : null;
    }
}

/// <summary>A path that somebody may or may not ask for.</summary>
internal sealed class CelPathCheck(RbacAuthorizer authorizer, UserInfo user, string path) : CelOpaque
{
    public override string TypeName => CelAuthorizationTypes.Path.Name;

    public CelDecision Check(string verb) => new(authorizer.Allows(new AccessRequest(user, verb) { Path = path }));
}

/// <summary>An API group.</summary>
internal sealed class CelGroupCheck(RbacAuthorizer authorizer, UserInfo user, string group) : CelOpaque
{
    public override string TypeName => CelAuthorizationTypes.Group.Name;

    public CelResourceCheck Resource(string resource) => new(authorizer, new AccessRequest(user, "") { IsResource = true, Group = group, Resource = resource });
}

/// <summary>A resource, and which of its objects.</summary>
internal sealed class CelResourceCheck(RbacAuthorizer authorizer, AccessRequest access) : CelOpaque
{
    public override string TypeName => CelAuthorizationTypes.Resource.Name;

    public CelResourceCheck Of(Func<AccessRequest, AccessRequest> narrow) => new(authorizer, narrow(access));

    public CelDecision Check(string verb) => new(authorizer.Allows(access with { Verb = verb }));
}

/// <summary>What was decided.</summary>
internal sealed class CelDecision(bool allowed) : CelOpaque
{
    public override string TypeName => CelAuthorizationTypes.Decision.Name;

    public bool Allowed => allowed;
}

/// <summary>The types of authorization checks.</summary>
internal static class CelAuthorizationTypes
{
    public static readonly CelType Path = Opaque("kubernetes.authorization.PathCheck");
    public static readonly CelType Group = Opaque("kubernetes.authorization.GroupCheck");
    public static readonly CelType Resource = Opaque("kubernetes.authorization.ResourceCheck");
    public static readonly CelType Decision = Opaque("kubernetes.authorization.Decision");
}

/// <summary>Functions of <c>authorizer</c>. Only roles and bindings decide, so that no check ever ends in an error.</summary>
internal static class CelAuthorization
{
    /// <summary>What a decision costs: two of them fit into one expression.</summary>
    private const long CheckCost = 350_000;

    private const string ServiceAccounts = "system:serviceaccounts";

    public static void Declare(CelFunctionTable table)
    {
        Member<CelAuthorizer>(table, "path", CelAuthorizer.Type, [CelType.String], CelAuthorizationTypes.Path, (authorizer, arguments) => (string)arguments[1] is { Length: > 0 } path
            ? new CelPathCheck(authorizer.Authorizer, authorizer.User, path)
            : new CelError("path must not be empty"));
        Member<CelAuthorizer>(table, "group", CelAuthorizer.Type, [CelType.String], CelAuthorizationTypes.Group, (authorizer, arguments) =>
            new CelGroupCheck(authorizer.Authorizer, authorizer.User, (string)arguments[1]));
        Member<CelAuthorizer>(table, "serviceAccount", CelAuthorizer.Type, [CelType.String, CelType.String], CelAuthorizer.Type, (authorizer, arguments) =>
            ServiceAccount((string)arguments[1], (string)arguments[2], out var error) is { } account ? authorizer.For(account) : new CelError(error!));
        Member<CelGroupCheck>(table, "resource", CelAuthorizationTypes.Group, [CelType.String], CelAuthorizationTypes.Resource, (group, arguments) => group.Resource((string)arguments[1]));
        Narrow(table, "subresource", (access, text) => access with { Subresource = text });
        Narrow(table, "namespace", (access, text) => access with { Namespace = text });
        Narrow(table, "name", (access, text) => access with { Name = text });

        // Roles do not tell objects by their fields and labels: who may only see a part of them may see none.
        Narrow(table, "fieldSelector", (access, _) => access);
        Narrow(table, "labelSelector", (access, _) => access);
        Member<CelPathCheck>(table, "check", CelAuthorizationTypes.Path, [CelType.String], CelAuthorizationTypes.Decision, (path, arguments) => path.Check((string)arguments[1]), CheckCost);
        Member<CelResourceCheck>(table, "check", CelAuthorizationTypes.Resource, [CelType.String], CelAuthorizationTypes.Decision, (check, arguments) => check.Check((string)arguments[1]), CheckCost);
        Member<CelDecision>(table, "allowed", CelAuthorizationTypes.Decision, [], CelType.Bool, (decision, _) => CelValues.Bool(decision.Allowed));
        Member<CelDecision>(table, "reason", CelAuthorizationTypes.Decision, [], CelType.String, (_, _) => "");
        Member<CelDecision>(table, "errored", CelAuthorizationTypes.Decision, [], CelType.Bool, (_, _) => CelValues.False);
        Member<CelDecision>(table, "error", CelAuthorizationTypes.Decision, [], CelType.String, (_, _) => "");
    }

    private static void Narrow(CelFunctionTable table, string name, Func<AccessRequest, string, AccessRequest> narrow) =>
        Member<CelResourceCheck>(table, name, CelAuthorizationTypes.Resource, [CelType.String], CelAuthorizationTypes.Resource, (check, arguments) =>
            check.Of(access => narrow(access, (string)arguments[1])));

    private static void Member<T>(CelFunctionTable table, string name, CelType target, CelType[] parameters, CelType result, Func<T, object[], object> body, long cost = 1) =>
        table.Member(name, [target, .. parameters], result, (frame, arguments) =>
        {
            frame.Charge(cost);
            return arguments[0] is T given ? body(given, arguments) : CelError.NoSuchOverload;
        });

    private static UserInfo? ServiceAccount(string ns, string name, out string? error)
    {
        error = ObjectNames.Dns1123Subdomain(name).Any() ? "Invalid service account name" : ObjectNames.Dns1123Label(ns).Any() ? "Invalid service account namespace" : null;
        return error is null ? UserInfo.Authenticated($"system:serviceaccount:{ns}:{name}", [ServiceAccounts, $"{ServiceAccounts}:{ns}"]) : null;
    }
}
