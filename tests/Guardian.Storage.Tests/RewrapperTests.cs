namespace Guardian.Storage.Tests;

public sealed class RewrapperTests
{
    [Fact(Timeout = 60_000)]
    public async Task an_object_is_handed_on_to_new_keys_without_touching_its_chunks()
    {
        using RecipientPrivateKey next = RecipientPrivateKey.Generate();
        using RecipientPrivateKey other = RecipientPrivateKey.Generate();
        byte[] plaintext = Sample.Bytes(200_000);
        byte[] old = await Sample.SealAsync(plaintext);
        using var output = new MemoryStream();
        await Rewrapper.RewrapAsync(new MemoryStream(old), Sample.Customer, [next.PublicKey, other.PublicKey], output);
        byte[] rewrapped = output.ToArray();

        SealedHeader header = SealedHeader.Parse(rewrapped);
        Assert.Equal([next.PublicKey.Id, other.PublicKey.Id], header.Recipients);
        Assert.Equal(old[SealedHeader.Parse(old).Length..], rewrapped[header.Length..]);
        Assert.Equal(plaintext, await Sample.UnsealAsync(rewrapped, next));
        Assert.Equal(plaintext, await Sample.UnsealAsync(rewrapped, other));
        await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(rewrapped));
    }

    [Fact(Timeout = 60_000)]
    public async Task only_a_recipient_can_hand_an_object_on()
    {
        using RecipientPrivateKey stranger = RecipientPrivateKey.Generate();
        byte[] old = await Sample.SealAsync(Sample.Bytes(10));
        var refused = await Assert.ThrowsAsync<SealedFormatException>(() => Rewrapper.RewrapAsync(new MemoryStream(old), stranger, [stranger.PublicKey], Stream.Null));
        Assert.Equal(SealedFormatError.NoSuchRecipient, refused.Error);

        old[40] ^= 1;
        await Assert.ThrowsAsync<SealedFormatException>(() => Rewrapper.RewrapAsync(new MemoryStream(old), Sample.Customer, [stranger.PublicKey], Stream.Null));
    }

    [Fact(Timeout = 60_000)]
    public async Task an_old_header_on_another_payload_opens_nothing()
    {
        byte[] one = await Sample.SealAsync(Sample.Bytes(1000));
        byte[] two = await Sample.SealAsync(Sample.Bytes(1000, seed: 2));
        byte[] header = Rewrapper.RewrapHeader(SealedHeader.Parse(one), Sample.Customer, Sample.Customer.PublicKey);
        byte[] spliced = [.. header, .. two[SealedHeader.Parse(two).Length..]];
        Assert.Equal(SealedFormatError.NotAuthentic, (await Assert.ThrowsAsync<SealedFormatException>(() => Sample.UnsealAsync(spliced))).Error);
    }
}
