import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;

/** The image's health check: exits 0 if the URL in its argument answers 200 within two seconds. */
public final class HealthCheck {
    private HealthCheck() {
    }

    public static void main(String[] args) {
        try {
            // No proxy: one from the environment must not answer for the application.
            HttpURLConnection connection = (HttpURLConnection) new URL(args[0]).openConnection(Proxy.NO_PROXY);
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
