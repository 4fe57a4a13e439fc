package org.treegrpo.job.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.policy.NetworkException;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.settings.PolicySettings;

/**
 * The forward pass that a policy's networks are tried with before a run. It is waited for no longer
 * than the settings say: {@code forward} may hold a loop without an end.
 */
record NetworkTrial(PolicySettings policy) {

  private static final Logger LOG = LoggerFactory.getLogger(NetworkTrial.class);

  /** Of a start that takes longer, people want to know why. */
  private static final Duration NOTICE = Duration.ofSeconds(5);

  /**
   * Tries them in this process.
   *
   * @param pass opens, runs and closes the networks
   * @throws InvalidInputException if it does not end in time
   */
  void here(TimeLimit.Work<Boolean> pass) throws IOException {
    int seconds = policy.probeTimeoutSeconds();
    String waitedFor =
        "one forward pass of the networks in %s, tried before the run starts"
            .formatted(policy.path());
    boolean ended =
        new TimeLimit(NOTICE, Duration.ofSeconds(seconds))
            .run(
                "policy-probe",
                pass,
                () ->
                    LOG.warn(
                        "still waiting for {}; given up after {} s, treegrpo.policy.probe-timeout-seconds",
                        waitedFor,
                        seconds))
            .isPresent();
    if (!ended) {
      throw new InvalidInputException(
          "treegrpo.policy.probe-timeout-seconds: %d must be enough for %s; it did not end; look for an endless loop, or raise the limit"
              .formatted(seconds, waitedFor));
    }
  }

  /**
   * Tries them on an executor; a stop request that cancels jobs ends it.
   *
   * @throws InvalidInputException if one does not keep its contract, or does not end in time
   */
  void on(SparkCluster cluster, float[] weights) {
    try {
      here(
          () -> {
            cluster.probe(weights);
            return true;
          });
    } catch (InvalidInputException tooLong) {
      cluster.cancelJobs();
      throw tooLong;
    } catch (IOException | RuntimeException failure) {
      if (RootFailure.of(failure) instanceof NetworkException broken) {
        throw new InvalidInputException(String.valueOf(broken.getMessage()), failure);
      }
      throw failure instanceof RuntimeException unchecked
          ? unchecked
          : new UncheckedIOException(new IOException(failure));
    }
  }
}
