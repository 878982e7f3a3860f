using DpuCluster.Kubernetes.Serialization;

namespace DpuCluster.Kubernetes.Tests.Serialization;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("plain", 10, "plain")]
    [InlineData("  a\nb\u001b[31mc  ", 20, "a b [31mc")]
    [InlineData("0123456789", 4, "0123 …")]
    [InlineData("ab\ud83d\ude00", 3, "ab …")]
    [InlineData("", 1, "")]
    public void Text_is_on_one_line_without_control_characters_and_not_too_long(string text, int max, string printable)
    {
        ForeignText.Printable(text, max).ShouldBe(printable);
        System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(printable)).ShouldBe(printable);
    }
}
