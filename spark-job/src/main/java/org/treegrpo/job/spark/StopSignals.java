package org.treegrpo.job.spark;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.spark.util.SignalUtils;

/**
 * SIGTERM, SIGINT (Ctrl-C) and SIGHUP (a closed terminal) as a request to the running command.
 * Without a receiver, or where it declines, a signal ends the JVM as it always does. One that the
 * process was started to ignore, as by {@code nohup}, stays ignored: the JVM registers no handler.
 */
public final class StopSignals implements AutoCloseable {

  private static final AtomicReference<Predicate<String>> RECEIVER = new AtomicReference<>();

  static {
    register("TERM");
    register("INT");
    register("HUP");
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
