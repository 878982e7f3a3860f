namespace DpuCluster.Kubernetes.Meta;

/// <summary>Reading and changing the conditions of an object: a list that has each type once.</summary>
public static class ConditionList
{
    extension(IReadOnlyList<Condition>? self)
    {
        /// <summary>The condition of a type; <see langword="null"/> where there is none.</summary>
        public Condition? Find(string type) => self?.FirstOrDefault(condition => condition.Type == type);

        /// <summary>
        /// The list with a condition set; the same list where that changes nothing. Its place in the list stays; <see cref="Condition.LastTransitionTime"/> moves only when
        /// the status does.
        /// </summary>
        /// <param name="type">Type of the condition.</param>
        /// <param name="status">One of <see cref="ConditionStatus"/>.</param>
        /// <param name="reason">Why, for programs.</param>
        /// <param name="message">Why, for people; cut to the 32768 characters that the API allows.</param>
        /// <param name="observedGeneration">The generation that the condition speaks of.</param>
        /// <param name="now">The present time.</param>
        public IReadOnlyList<Condition> With(
            string type, string status, string reason, string message, long? observedGeneration, DateTimeOffset now)
        {
            const int longestMessage = 32768;
            var before = Find(self, type);
            var after = new Condition
            {
                Type = type,
                Status = status,
                Reason = reason,
                Message = message is { Length: > longestMessage } ? message[..longestMessage] : message ?? "",
                ObservedGeneration = observedGeneration,
                LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now,
            };
            return before is null
                ? [.. self ?? [], after]
                : before == after
                ? self!
                : [.. self!.Select(condition => condition.Type == type ? after : condition)];
        }

        /// <summary>The list without the condition of a type; the same list where there is none.</summary>
        public IReadOnlyList<Condition> Without(string type) =>
            self is not null && Find(self, type) is null ? self : [.. (self ?? []).Where(condition => condition.Type != type)];
    }
}
