import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;

/** The image's health check: exits 0 if the URL in its argument answers 200 within two seconds, or if tcp://HOST:PORT takes a connection. */
public final class HealthCheck {
    private HealthCheck() {
    }

    public static void main(String[] args) {
        try {
            URI address = URI.create(args[0]);
            if (address.getScheme().equals("tcp")) {
                try (Socket socket = new Socket(Proxy.NO_PROXY)) {
                    socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 2000);
                }
                return;
            }
            // No proxy: one from the environment must not answer for the application.
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(2000);
            int status = connection.getResponseCode();
            if (status != 200) {
                fail("answered " + status);
            }
        } catch (IOException error) {
            fail("no answer: " + error.getMessage());
        }
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(1);
    }
}
