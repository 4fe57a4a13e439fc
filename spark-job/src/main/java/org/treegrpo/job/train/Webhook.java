package org.treegrpo.job.train;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.metrics.RunJson;

/** Tells an address how a night ended. That it cannot be reached changes nothing but the log. */
final class Webhook {

  private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
  private static final int ATTEMPTS = 3;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /**
   * What is posted, as JSON; the keys are these names in snake_case.
   *
   * @param registry its directory
   * @param night its id
   * @param status promoted, refused, waiting or failed
   * @param version that the night made; null where it failed before
   * @param reasons rules that were not held, or what failed; empty where there are none
   */
  record Message(
      String registry, String night, String status, @Nullable String version, String reasons) {}

  private final Optional<URI> address;
  private final Duration pause;

  /**
   * @param address empty = none
   * @param pause before it is tried again
   */
  Webhook(String address, Duration pause) {
    this.address = address.isEmpty() ? Optional.empty() : Optional.of(URI.create(address));
    this.pause = pause;
  }

  /** Whether nobody waits for it, or it has been told. */
  boolean tell(Message message) {
    if (address.isEmpty()) {
      return true;
    }
    String last = "";
    try {
      HttpRequest request =
          HttpRequest.newBuilder(address.get())
              .timeout(LIMIT)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(RunJson.pretty(message)))
              .build();
      HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build();
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (attempt > 1) {
          Thread.sleep(pause.toMillis());
        }
        try {
          int status = client.send(request, BodyHandlers.discarding()).statusCode();
          if (status / 100 == 2) {
            return true;
          }
          last = "it answered with HTTP status " + status;
        } catch (IOException e) {
          last = e.getClass().getSimpleName(); // its text may have the address
        }
      }
    } catch (IllegalArgumentException e) {
      last = "it is no address that can be called";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      last = "interrupted";
    }
    LOG.warn(
        "treegrpo.nightly.webhook was not told of night {}, {}: {}",
        message.night(),
        message.status(),
        last);
    return false;
  }
}
