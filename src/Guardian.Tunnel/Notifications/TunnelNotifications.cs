using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Guardian.Tunnel;

/// <summary>
/// Tells other parts of a node what happens at the gateway. Notifications say that it is worth to look, what they are about is in the registry: a subscriber looks once when it starts, and loses nothing by a
/// notification that it missed. Safe for use by many threads.
/// </summary>
public sealed class TunnelNotifications
{
    /// <summary>Notifications that wait for a slow subscriber; beyond it the oldest are dropped.</summary>
    private const int MaxWaiting = 4096;

    private readonly ConcurrentDictionary<Channel<TunnelNotification>, bool> _subscribers = [];

    /// <summary>What happens from now on, until cancelled.</summary>
    /// <param name="cancellationToken">Ends the subscription.</param>
    public IAsyncEnumerable<TunnelNotification> SubscribeAsync(CancellationToken cancellationToken)
    {
        // Subscribed by the call, not by the first read: nothing in between is lost.
        var channel = Channel.CreateBounded<TunnelNotification>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        _subscribers[channel] = true;
        return ReadAsync(channel, cancellationToken);
    }

    internal void Publish(TunnelNotification notification)
    {
        foreach (Channel<TunnelNotification> subscriber in _subscribers.Keys)
        {
            subscriber.Writer.TryWrite(notification);
        }
    }

    private async IAsyncEnumerable<TunnelNotification> ReadAsync(Channel<TunnelNotification> channel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (TunnelNotification notification in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return notification;
            }
        }
        finally
        {
            _subscribers.TryRemove(channel, out _);
        }
    }
}
