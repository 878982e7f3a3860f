namespace DpuCluster.ApiServer.Cel;

/// <summary>All functions and operators that expressions may use: those of Kubernetes 1.36 for rules of custom resources and conditions of webhooks.</summary>
internal static class CelLibrary
{
    public static CelFunctionTable Functions { get; } = Declare();

    private static CelFunctionTable Declare()
    {
        var table = new CelFunctionTable();
        CelOperators.Declare(table);
        CelConversions.Declare(table);
        CelTimeFunctions.Declare(table);
        CelStrings.Declare(table);
        CelLists.Declare(table);
        CelExtendedLists.Declare(table);
        CelOptionals.Declare(table);
        CelRegexFunctions.Declare(table);
        CelUrls.Declare(table);
        CelAddresses.Declare(table);
        CelQuantities.Declare(table);
        CelNamedFormats.Declare(table);
        CelSemvers.Declare(table);
        CelAuthorization.Declare(table);
        return table;
    }
}
