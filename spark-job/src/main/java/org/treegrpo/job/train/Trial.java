package org.treegrpo.job.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.executor.UnusableInputException;
import org.treegrpo.job.settings.PolicySettings;

/**
 * What a policy's networks and the rewards are tried with before a run, by an executor or, for a
 * picture, in this process. It is waited for no longer than the settings say: {@code forward} may
 * hold a loop without an end.
 */
record Trial(PolicySettings policy) {

  private static final Logger LOG = LoggerFactory.getLogger(Trial.class);

  /** Of a start that takes longer, people want to know why. */
  private static final Duration NOTICE = Duration.ofSeconds(5);

  /**
   * Tries them on an executor; a stop request that cancels jobs ends it.
   *
   * @throws InvalidInputException if one does not keep its contract, or does not end in time
   */
  void on(SparkCluster cluster, float[] weights) {
    try {
      inTime(
          () -> {
            cluster.probe(weights);
            return true;
          });
    } catch (InvalidInputException tooLong) {
      cluster.cancelJobs();
      throw tooLong;
    } catch (IOException failure) { // also what carries Spark's checked exceptions
      throw new UncheckedIOException(failure);
    } catch (RuntimeException failure) {
      throw told(failure);
    }
  }

  /** A failure that is due to what the user gave is one of input, wherever it was found. */
  static RuntimeException told(RuntimeException failure) {
    return failure instanceof UnusableInputException
        ? new InvalidInputException(failure.getMessage(), failure)
        : failure;
  }

  /**
   * What the work gives.
   *
   * @param pass opens and runs them, in a thread of its own
   * @throws InvalidInputException if it does not end in time
   */
  <T> T inTime(TimeLimit.Work<T> pass) throws IOException {
    int seconds = policy.probeTimeoutSeconds();
    String waitedFor =
        "one forward pass of the networks in %s and a call of each reward, tried before the run starts"
            .formatted(policy.path());
    return new TimeLimit(NOTICE, Duration.ofSeconds(seconds))
        .run(
            "probe",
            pass,
            () ->
                LOG.warn(
                    "still waiting for {}; given up after {} s, treegrpo.policy.probe-timeout-seconds",
                    waitedFor,
                    seconds))
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "treegrpo.policy.probe-timeout-seconds: %d must be enough for %s; it did not end; look for an endless loop, or raise the limit"
                        .formatted(seconds, waitedFor)));
  }
}
