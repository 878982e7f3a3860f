using DpuCluster.ApiServer.Regexes;

namespace DpuCluster.ApiServer.Tests.Regexes;

public sealed class GoRegexTests
{
    [Theory]
    [InlineData("^[a-z ]*$", "abc ", true)]
    [InlineData("^a$", "a\n", false)]
    [InlineData(@"^\d+$", "٣", false)]
    [InlineData(@"^[\w.]+$", "a_1.b", true)]
    [InlineData("^[[:alpha:]]+$", "abc", true)]
    [InlineData("^(?P<year>[0-9]{4})$", "2026", true)]
    [InlineData("^(?i)abc$", "ABC", true)]
    [InlineData("(?m)^b$", "a\nb\nc", true)]
    [InlineData(@"^\x{61}\x62$", "ab", true)]
    [InlineData("^a{,2}$", "a{,2}", true)]
    [InlineData(@"^[^\s/]+$", "a/b", false)]
    [InlineData(@"^\Qa.b\E$", "a.b", true)]
    [InlineData("^[]a]+$", "]a", true)]
    public void Patterns_match_as_RE2_matches(string pattern, string text, bool matches) =>
        GoRegex.Compile(pattern).IsMatch(text).ShouldBe(matches);

    [Theory]
    [InlineData("[a-z", "error parsing regexp: missing closing ]: `[a-z`")]
    [InlineData("(a", "error parsing regexp: missing closing ): `(a`")]
    [InlineData("a)", "error parsing regexp: unexpected ): `a)`")]
    [InlineData("*a", "error parsing regexp: missing argument to repetition operator: `*`")]
    [InlineData("a**", "error parsing regexp: invalid nested repetition operator: `**`")]
    [InlineData("a(?=b)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`")]
    [InlineData(@"a\y", @"error parsing regexp: invalid escape sequence: `\y`")]
    [InlineData("a{1001}", "error parsing regexp: invalid repeat count: `{1001}`")]
    [InlineData("[z-a]", "error parsing regexp: invalid character class range: `z-a`")]
    [InlineData("(a{100}){100}", "error parsing regexp: invalid repeat count: `{100}`")]
    [InlineData("a{3,2}", "error parsing regexp: invalid repeat count: `{3,2}`")]
    [InlineData(@"\C", @"error parsing regexp: invalid escape sequence: `\C`")]
    [InlineData("a\\", "error parsing regexp: trailing backslash at end of expression: ``")]
    public void Patterns_that_RE2_refuses_are_refused_with_its_words(string pattern, string message) =>
        Should.Throw<GoRegexException>(() => GoRegex.Compile(pattern)).Message.ShouldBe(message);

    [Theory]
    [InlineData("a+", "a")]
    [InlineData("a+?", "aaa")]
    [InlineData("(?-U)a+", "aaa")]
    [InlineData("((?-U)a)a+", "aa")]
    public void The_flag_U_makes_repetitions_prefer_what_is_shorter(string pattern, string match) =>
        GoRegex.Compile("(?U)" + pattern).Match("aaa").Value.ShouldBe(match);

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("(ab){10}c*", 21)]
    [InlineData("((a{10}b){10}){5}", 550)]
    public void Size_counts_repetitions_as_if_written_out(string pattern, long expected)
    {
        GoRegex.Compile(pattern, out var size);

        size.ShouldBe(expected);
    }

    [Fact]
    public void Groups_nest_only_so_deep() =>
        Should.Throw<GoRegexException>(() => GoRegex.Compile(new string('(', 1000) + new string(')', 1000))).Message.ShouldContain("nests too deeply");
}
