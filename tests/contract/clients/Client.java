import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Sends the requests on standard input with Java's HttpClient; README.md describes their form. */
public class Client {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t");
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(fields[1])).timeout(Duration.ofMinutes(2));
            boolean empty = fields[2].equals("-");
            request.method(fields[0], empty ? BodyPublishers.noBody() : BodyPublishers.ofFile(Path.of(fields[2])));
            for (int place = 4; place < fields.length; place++) {
                String[] header = fields[place].split(": ", 2);
                request.header(header[0], header[1]);
            }
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            StringBuilder headers = new StringBuilder();
            response.headers().map().forEach((name, values) ->
                values.forEach(value -> headers.append(name).append(": ").append(value).append('\n')));
            Files.writeString(Path.of(fields[3] + ".status"), Integer.toString(response.statusCode()));
            Files.writeString(Path.of(fields[3] + ".headers"), headers);
            Files.write(Path.of(fields[3] + ".body"), response.body());
        }
    }
}
