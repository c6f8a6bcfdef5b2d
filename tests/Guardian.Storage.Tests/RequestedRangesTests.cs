using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Guardian.Storage.Tests;

public sealed class RequestedRangesTests
{
    [Theory]
    [InlineData("bytes=0-0", "0+1")]
    [InlineData("bytes=0-99", "0+100")]
    [InlineData("bytes=90-200", "90+10")]
    [InlineData("bytes=50-", "50+50")]
    [InlineData("bytes=-10", "90+10")]
    [InlineData("bytes=-1000", "0+100")]
    [InlineData("BYTES=1-2", "1+2")]
    [InlineData("bytes=0-0, 10-19 ,-5", "0+1 10+10 95+5")]
    [InlineData("bytes=10-19,0-0", "10+10 0+1")]
    [InlineData("bytes=0-9,5-14", "0+15")]
    [InlineData("bytes=0-9,10-14", "0+15")]
    [InlineData("bytes=0-9,20-29,5-24", "0+30")]
    [InlineData("bytes=0-0,200-300", "0+1")]
    [InlineData("bytes=1-99999999999999999999999", "1+99")]
    [InlineData("", "whole")]
    [InlineData(null, "whole")]
    [InlineData("bytes=", "whole")]
    [InlineData("bytes=5-4", "whole")]
    [InlineData("bytes=a-b", "whole")]
    [InlineData("bytes=-", "whole")]
    [InlineData("bytes=+1-2", "whole")]
    [InlineData("bytes=1-2-3", "whole")]
    [InlineData("items=1-2", "whole")]
    [InlineData("bytes=100-", "refused")]
    [InlineData("bytes=-0", "refused")]
    [InlineData("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32", "refused")]
    public void a_header_means(string? header, string expected) => Assert.Equal(expected, Describe(RequestedRanges.Parse(header, 100)));

    [Fact]
    public void no_header_makes_an_object_larger_than_it_is() => Prop.ForAll(ArbMap.Default.ArbFor<(byte[] Numbers, byte Size)>(), t =>
    {
        string header = "bytes=" + string.Join(',', t.Numbers.Chunk(2).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p[0]}-{(p.Length > 1 ? p[0] + p[1] : "")}")));
        RequestedRanges ranges = RequestedRanges.Parse(header, t.Size);
        bool[] sent = new bool[t.Size];
        foreach (ByteRange r in ranges.Ranges)
        {
            for (long i = r.Offset; i < r.Offset + r.Count; i++)
            {
                if (sent[i])
                {
                    return false;
                }

                sent[i] = true;
            }
        }

        return (ranges.Answer == RangeAnswer.Partial) == (ranges.Ranges.Count > 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void an_empty_object_has_no_range() => Assert.Equal("refused", Describe(RequestedRanges.Parse("bytes=0-", 0)));

    private static string Describe(RequestedRanges ranges) => ranges.Answer switch
    {
        RangeAnswer.Whole => "whole",
        RangeAnswer.NotSatisfiable => "refused",
        _ => string.Join(' ', ranges.Ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Offset}+{r.Count}"))),
    };
}
