import com.fasterxml.jackson.databind.DeserializationFeature;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.DefaultApi;
import org.openapitools.client.model.Failure;
import org.openapitools.client.model.PhotoInput;
import org.openapitools.client.model.Request;
import org.openapitools.client.model.Verdict;

/** Uses the client of openapi-generator: sends two photos to the server and reads the answer through its types. */
public class Usage {
    private static String photos;

    public static void main(String[] arguments) throws Exception {
        photos = arguments[2];
        String login = "Basic " + Base64.getEncoder().encodeToString(arguments[1].getBytes());
        ApiClient client = new ApiClient();
        // By default, generated readers ignore unknown members, and would then accept any answer as either kind.
        client.setObjectMapper(
            ApiClient.createDefaultObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
        client.updateBaseUri(arguments[0]);
        client.setRequestInterceptor(request -> request.header("Authorization", login));
        DefaultApi api = new DefaultApi(client);
        Verdict verdict = api.verify(request("astronaut.jpg", "astronaut-mirrored.jpg"), null).getVerdict();
        Failure failure = api.verify(request("gray.png", "hopper.jpg"), null).getFailure();
        if (verdict.getScore() < 27 || failure.getError() != Failure.ErrorEnum.PROBE_FACE_NOT_FOUND) {
            throw new AssertionError(verdict + " " + failure);
        }
        System.out.println("Java: score " + verdict.getScore() + ", and " + failure.getError());
    }

    private static Request request(String probe, String reference) throws Exception {
        return new Request().sessionId("typed").probe(photo(probe)).reference(photo(reference));
    }

    private static PhotoInput photo(String name) throws Exception {
        byte[] bytes = Files.readAllBytes(Path.of(photos, name));
        return new PhotoInput().imageBase64(Base64.getEncoder().encodeToString(bytes));
    }
}
