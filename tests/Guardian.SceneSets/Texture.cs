namespace Guardian.SceneSets;

/// <summary>Smooth noise of several sizes, as surfaces of stone, grass and plaster have it.</summary>
internal static class Texture
{
    /// <returns>Row-major values of mean 0 and about −1 to 1.</returns>
    public static float[] Make(int width, int height, int coarsest, int seed)
    {
        var random = new Random(seed);
        float[] sum = new float[width * height];
        float weight = 0.5f;
        for (int cell = coarsest; cell >= 1; cell /= 2, weight *= 0.8f)
        {
            int columns = (width / cell) + 2, rows = (height / cell) + 2;
            float[] grid = new float[columns * rows];
            for (int i = 0; i < grid.Length; i++)
            {
                grid[i] = (random.NextSingle() * 2) - 1;
            }

            for (int y = 0; y < height; y++)
            {
                int gy = y / cell;
                float fy = (float)(y % cell) / cell;
                for (int x = 0; x < width; x++)
                {
                    int at = (gy * columns) + (x / cell);
                    float fx = (float)(x % cell) / cell;
                    float top = grid[at] + ((grid[at + 1] - grid[at]) * fx), bottom = grid[at + columns] + ((grid[at + columns + 1] - grid[at + columns]) * fx);
                    sum[(y * width) + x] += weight * (top + ((bottom - top) * fy));
                }
            }
        }

        return sum;
    }
}
