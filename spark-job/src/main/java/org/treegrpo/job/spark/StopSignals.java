package org.treegrpo.job.spark;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.spark.util.SignalUtils;

/**
 * SIGTERM and SIGINT (Ctrl-C) as a request to the running command. Without a receiver, or where it
 * declines, a signal ends the JVM as it always does.
 */
public final class StopSignals implements AutoCloseable {

  private static final AtomicReference<Predicate<String>> RECEIVER = new AtomicReference<>();

  static {
    register("TERM");
    register("INT");
  }

  private final Predicate<String> receiver;

  private StopSignals(Predicate<String> receiver) {
    this.receiver = receiver;
  }

  /**
   * Sends signals to a receiver until the result is closed; one receiver at a time.
   *
   * @param receiver is given the name, such as {@code SIGTERM}, on a thread of the JVM; returns
   *     whether it takes care of it
   */
  public static StopSignals to(Predicate<String> receiver) {
    RECEIVER.set(receiver);
    return new StopSignals(receiver);
  }

  @Override
  public void close() {
    RECEIVER.compareAndSet(receiver, null);
  }

  private static void register(String signal) {
    SignalUtils.register(
        signal,
        () -> {
          Predicate<String> current = RECEIVER.get();
          return current != null && current.test("SIG" + signal);
        });
  }
}
