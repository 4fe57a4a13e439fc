package org.treegrpo.job.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.settings.MlflowSettings;
import org.treegrpo.job.train.TinyRun;

/** A tracking server that is away, hangs or fails harms no run. */
class MlflowFaultTest {

  private static final String EXPERIMENT = "{\"experiment\": {\"experiment_id\": \"1\"}}";
  private static final String RUN =
      "{\"run\": {\"info\": {\"run_id\": \"a1\"}, \"data\": {\"metrics\": [], \"params\": []}}}";

  @TempDir Path directory;

  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final CountDownLatch answer = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean warned = new AtomicBoolean();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          requests.add(path + " " + body.replaceAll("\\s+", ""));
          if (path.startsWith("/hangs")) {
            awaitAnswer();
          }
          byte[] answered =
              (path.contains("experiments") ? EXPERIMENT : RUN).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(failing.get() ? 503 : 200, answered.length);
          exchange.getResponseBody().write(answered);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    answer.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void aRunIsTheSameWithoutItsServer() throws IOException {
    TinyRun run = new TinyRun(directory);
    String rounds = "treegrpo.rounds=2";
    String evaluation = "treegrpo.evaluation.prompts=1";
    run.train("local[1]", "alone", rounds, evaluation);
    server.stop(0);
    run.train(
        "local[1]", "away", rounds, evaluation, "treegrpo.report.mlflow.tracking-uri=" + address());
    assertThat(run.digests("away")).as("weights").isEqualTo(run.digests("alone")).hasSize(2);
  }

  @Test
  void aServerThatFailedGetsWhatItMissedOnce() {
    failing.set(true);
    try (MlflowTracking tracking = tracking("")) {
      tracking.add(List.of(point(1)));
      await().atMost(Duration.ofMinutes(2)).untilTrue(warned);
      failing.set(false);
      tracking.end(RunResult.Status.COMPLETED, Map.of("treegrpo.status", "completed"));
    }
    assertThat(requests.stream().filter(request -> request.contains("\"reward/size\"")))
        .as("round 1 arrives once")
        .hasSize(1);
    assertThat(requests.stream().reduce((earlier, later) -> later).orElseThrow())
        .as("and how the run ended, last")
        .contains("runs/update", "FINISHED");
  }

  @Test
  void aServerThatHangsIsNotWaitedForWhileARunTrains() {
    long start = System.nanoTime();
    try (MlflowTracking tracking = tracking("/hangs")) {
      for (int round = 1; round <= 5000; round++) {
        tracking.add(List.of(point(round)));
      }
      assertThat(System.nanoTime() - start).as("ns for 5000 rounds").isLessThan(5_000_000_000L);
      assertThat(warned).as("of rounds that it will lack").isTrue();
    }
    assertThat(System.nanoTime() - start)
        .as("ns until it was given up: ten seconds and some")
        .isLessThan(60_000_000_000L);
  }

  @Test
  void whatAServerRefusesIsNotSentAgain() {
    server.removeContext("/");
    try (MlflowTracking tracking = tracking("")) {
      tracking.add(List.of(point(1)));
      tracking.add(List.of(point(2)));
    }
    assertThat(warned).as("404 to everything").isTrue();
  }

  private MlflowTracking tracking(String path) {
    return new MlflowTracking(
        new MlflowSettings(address() + path, "nights", ""),
        new TrackedRun("id", "name", Map.of("tag", "value"), Map.of("rewards[0].name", "size")),
        Map.of(),
        warned);
  }

  private String address() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  private static Point point(int round) {
    return new Point(Point.Kind.ROUND, round, 1000L * round, Map.of("reward/size", 0.5));
  }

  private void awaitAnswer() {
    try {
      if (!answer.await(2, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody let it answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
