using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Guardian.Demo;

namespace Guardian.Bench.Storage;

/// <summary>nginx serving one folder on loopback, as its manual recommends for files.</summary>
internal sealed class Nginx(string folder, string root) : IDisposable
{
    private Process? _process;

    public int Port { get; } = LoopbackPort.Find();

    public async Task StartAsync()
    {
        string configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            daemon off; user root; worker_processes auto; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log;
            events { worker_connections 256; }
            http {
              access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100;
              client_body_temp_path {{folder}}/t1; proxy_temp_path {{folder}}/t2; fastcgi_temp_path {{folder}}/t3; uwsgi_temp_path {{folder}}/t4; scgi_temp_path {{folder}}/t5;
              server { listen 127.0.0.1:{{Port}}; root {{root}}; }
            }
            """);
        _process = Process.Start(new ProcessStartInfo("nginx", ["-c", configuration]) { RedirectStandardError = true })!;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await probe.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (attempt < 100 && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            // The master ends its workers only when it is asked to.
            using Process? stop = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            stop?.WaitForExit();
            _process.WaitForExit();
        }

        _process?.Dispose();
    }
}
