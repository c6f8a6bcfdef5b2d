namespace Guardian.Analysis.Tests.Detection;

public sealed class RegionTests
{
    private static List<CellRegion> Find(float[,] cells, int minArea = 1, int limit = 32) => RegionFinder.Find(cells, 5, minArea, limit);

    [Fact]
    public void a_rectangle_is_found_with_its_edges_area_and_peak()
    {
        float[,] cells = Sample.Cells(20, 30);
        Sample.Fill(cells, 3, 5, 7, 9, 6);
        cells[4, 6] = 11;
        Assert.Equal([new CellRegion(3, 5, 7, 9, 25, 11)], Find(cells));
    }

    [Fact]
    public void cells_that_touch_at_a_corner_are_one_region()
    {
        float[,] cells = Sample.Cells(10, 10);
        for (int i = 2; i < 7; i++)
        {
            cells[i, i] = 6;
        }

        Assert.Equal([new CellRegion(2, 2, 6, 6, 5, 6)], Find(cells));
    }

    [Fact]
    public void a_spiral_is_one_region()
    {
        float[,] cells = Sample.Cells(9, 9);
        Sample.Fill(cells, 0, 0, 0, 8, 6);
        Sample.Fill(cells, 0, 8, 8, 8, 6);
        Sample.Fill(cells, 8, 0, 8, 8, 6);
        Sample.Fill(cells, 2, 0, 8, 0, 6);
        Sample.Fill(cells, 2, 0, 2, 6, 6);
        Assert.Equal(new CellRegion(0, 0, 8, 8, 9 + 8 + 8 + 6 + 6, 6), Assert.Single(Find(cells)));
    }

    [Fact]
    public void regions_whose_boxes_overlap_become_one_and_those_apart_stay_two()
    {
        float[,] cells = Sample.Cells(30, 30);
        Sample.Fill(cells, 2, 2, 12, 2, 6);
        Sample.Fill(cells, 12, 2, 12, 12, 6);
        Sample.Fill(cells, 5, 5, 6, 6, 9);
        Sample.Fill(cells, 20, 20, 22, 22, 7);
        Assert.Equal([new CellRegion(2, 2, 12, 12, 21 + 4, 9), new CellRegion(20, 20, 22, 22, 9, 7)], Find(cells));
    }

    [Fact]
    public void a_gap_of_one_cell_keeps_two_regions_apart()
    {
        float[,] cells = Sample.Cells(10, 10);
        Sample.Fill(cells, 2, 2, 5, 3, 6);
        Sample.Fill(cells, 2, 5, 5, 6, 7);
        Assert.Equal(2, Find(cells).Count);
    }

    [Fact]
    public void a_chain_of_merges_ends_in_one_region()
    {
        float[,] cells = Sample.Cells(30, 30);

        // Corner-shaped regions, each with its bounding box over the next one's beginning.
        for (int i = 0; i < 4; i++)
        {
            int at = i * 6;
            Sample.Fill(cells, at, at, at, at + 7, 6 + i);
        }

        Sample.Fill(cells, 0, 27, 29, 27, 10);
        Sample.Fill(cells, 29, 0, 29, 27, 10);
        Assert.Equal(new CellRegion(0, 0, 29, 27, 8 * 4 + 30 + 27, 10), Assert.Single(Find(cells)));
    }

    [Fact]
    public void specks_below_the_smallest_area_are_no_regions()
    {
        float[,] cells = Sample.Cells(53, 53);
        Sample.Fill(cells, 10, 10, 10, 14, 50);
        Assert.Empty(Find(cells, minArea: 6));
        Assert.Single(Find(cells, minArea: 5));
    }

    [Fact]
    public void cells_that_are_no_numbers_belong_to_no_region_and_infinite_ones_give_finite_peaks()
    {
        float[,] cells = Sample.Cells(10, 10, float.NaN);
        Sample.Fill(cells, 1, 1, 2, 2, float.PositiveInfinity);
        Sample.Fill(cells, 6, 6, 7, 7, float.NegativeInfinity);
        CellRegion region = Assert.Single(Find(cells));
        Assert.Equal((1, 1, 2, 2, 4), (region.Top, region.Left, region.Bottom, region.Right, region.Area));
        Assert.True(double.IsFinite(region.Peak));
    }

    [Fact]
    public void of_a_map_full_of_specks_only_the_strongest_are_kept()
    {
        float[,] cells = Sample.Cells(200, 200);
        for (int r = 0; r < 200; r += 2)
        {
            for (int c = 0; c < 200; c += 2)
            {
                cells[r, c] = 6 + (r / 200f);
            }
        }

        List<CellRegion> regions = Find(cells, limit: 32);
        Assert.Equal(32, regions.Count);
        Assert.All(regions, r => Assert.True(r.Peak >= 6.9));
    }

    [Fact]
    public void a_map_that_is_all_above_the_level_is_one_region()
    {
        Assert.Equal([new CellRegion(0, 0, 52, 52, 53 * 53, 8)], Find(Sample.Cells(53, 53, 8)));
        Assert.Empty(Find(Sample.Cells(53, 53, 4.9f)));
    }
}
