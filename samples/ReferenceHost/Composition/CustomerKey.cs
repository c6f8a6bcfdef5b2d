using Guardian.Storage;

namespace Guardian.ReferenceHost.Composition;

/// <summary>The customer's public key: given once, kept in the data folder.</summary>
internal static class CustomerKey
{
    /// <exception cref="StorageException">There is none, it is not a public key, or it differs from the one kept.</exception>
    public static RecipientPublicKey Load(HostSettings settings)
    {
        if (settings.CustomerKey is { } given)
        {
            RecipientPublicKey key = RecipientPublicKey.FromPem(File.ReadAllText(given));
            if (!File.Exists(settings.CustomerKeyFile))
            {
                OwnersFile.Write(settings.CustomerKeyFile, key.ToPem());
            }

            RecipientPublicKey kept = RecipientPublicKey.FromPem(File.ReadAllText(settings.CustomerKeyFile));
            return kept.Id == key.Id ? kept : throw new StorageException($"this node already works for customer key {kept.Id}; --customer-key names {key.Id}");
        }

        return File.Exists(settings.CustomerKeyFile)
            ? RecipientPublicKey.FromPem(File.ReadAllText(settings.CustomerKeyFile))
            : throw new StorageException("no customer key yet: make one with 'keys create --out DIR' on the customer's machine, then start with --customer-key DIR/customer.pub.pem");
    }
}
