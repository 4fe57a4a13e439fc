package org.treegrpo.job.tracking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.base.Printable;
import org.treegrpo.job.metrics.RunResult;
import org.treegrpo.job.settings.MlflowSettings;
import org.treegrpo.job.settings.Secrets;

/**
 * Sends a run to MLflow from a thread of its own, and never harms it: nothing is waited for but,
 * for a limited time, at the end; what goes wrong is warned of once. What the server lacks while it
 * is away is sent when it is back, as long as the queue holds it.
 */
public final class MlflowTracking implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MlflowTracking.class);
  private static final int QUEUE = 1000;
  private static final Duration FLUSH = Duration.ofSeconds(10);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);
  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  private final MlflowSettings settings;
  private final TrackedRun run;
  private final Map<String, String> environment;
  private final AtomicBoolean warned;
  private final BlockingQueue<Message> queue = new LinkedBlockingQueue<>(QUEUE);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread sender = new Thread(this::send, "mlflow");

  private interface Message {
    void send(MlflowRun run);
  }

  /**
   * Begins to send; the first request finds or makes the run.
   *
   * @param environment with user and password, or a token, under the names that MLflow gives them
   * @param warned whether people have been warned already; set where they are
   */
  public MlflowTracking(
      MlflowSettings settings,
      TrackedRun run,
      Map<String, String> environment,
      AtomicBoolean warned) {
    this.settings = settings;
    this.run = run;
    this.environment = Map.copyOf(environment);
    this.warned = warned;
    sender.setDaemon(true);
    sender.start();
  }

  /** Adds points; those that the server has are left out. */
  public void add(List<Point> points) {
    offer(known -> known.add(points));
  }

  /** Says how the run ended. */
  public void end(RunResult.Status status, Map<String, String> tags) {
    RunStatus as =
        switch (status) {
          case COMPLETED, REFUSED -> RunStatus.FINISHED;
          case STOPPED -> RunStatus.KILLED;
          case FAILED -> RunStatus.FAILED;
        };
    offer(known -> known.end(as, tags));
  }

  /** Sends what is left, for ten seconds at most. */
  @Override
  public void close() {
    closing.countDown();
    queue.offer(known -> {}); // wakes a sender that waits for more; one that does not, sees the end
    try {
      sender.join(FLUSH.toMillis());
      if (sender.isAlive()) {
        warn("did not take what was left within %d s".formatted(FLUSH.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void offer(Message message) {
    if (!queue.offer(message)) {
      warn("is too slow, or away for too long; it will lack rounds");
    }
  }

  private void send() {
    try (MlflowClient client = new MlflowClient(credentials())) {
      MlflowRun open = null;
      Message next = null;
      while (next != null || !isClosing() || !queue.isEmpty()) {
        next = next == null ? queue.take() : next;
        boolean last = isClosing();
        try {
          open = open == null ? MlflowRun.open(client, settings, run) : open;
          next.send(open);
          next = null;
        } catch (MlflowClientException e) {
          warn(String.valueOf(e.getMessage()));
          open = null; // it is asked for what arrived
          if (isRefused(e)) {
            next = null;
          } else if (last) {
            return;
          } else if (closing.await(BETWEEN_TRIES.toSeconds(), TimeUnit.SECONDS)) {
            LOG.debug("a last try");
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      warn(e.toString());
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Whether the same again would come to nothing. */
  private static boolean isRefused(MlflowClientException e) {
    return e instanceof MlflowHttpException answer
        && answer.getStatusCode() >= BAD_REQUEST
        && answer.getStatusCode() < SERVER_ERROR
        && answer.getStatusCode() != TOO_MANY_REQUESTS;
  }

  private BasicMlflowHostCreds credentials() {
    return new BasicMlflowHostCreds(
        settings.trackingUri(),
        environment.get("MLFLOW_TRACKING_USERNAME"),
        environment.get("MLFLOW_TRACKING_PASSWORD"),
        environment.get("MLFLOW_TRACKING_TOKEN"),
        false);
  }

  private void warn(@Nullable String what) {
    if (!warned.getAndSet(true)) {
      LOG.warn(
          "MLflow at {}: {}; the run goes on without it, and it is tried again",
          settings.trackingUri(),
          Printable.excerpt(Secrets.ofThisProcess().mask(String.valueOf(what))));
    }
  }
}
