package org.treegrpo.job.cli;

import java.io.IOException;
import org.treegrpo.job.settings.TrainSettings;

/**
 * What the commands do. Each returns the exit code: {@link ExitCodes#DONE} or {@link
 * ExitCodes#REFUSED}; a failure is an exception, told to the user by {@link Failure}.
 */
public interface Commands {

  /** Trains from the first round; refuses a run directory that holds a run. */
  int train(TrainSettings settings) throws Exception;

  /** Goes on from the newest checkpoint of {@link TrainSettings#runDir}. */
  int resume(TrainSettings settings) throws Exception;

  /** Scores held-out prompts. */
  int evaluate(TrainSettings settings, PolicyChoice policy) throws Exception;

  /** Draws one image. */
  int sample(SampleRequest request) throws Exception;

  /** Makes the base policy of the spelling task. */
  int pretrain(TrainSettings settings) throws Exception;

  /** Prints what {@code train} would do; writes nothing. */
  int plan(TrainSettings settings) throws Exception;

  /** Writes {@code report.html} of a run directory, a local path or any Hadoop URI. */
  int report(String runDir) throws Exception;

  /** Checks a checkpoint, or every checkpoint of a run directory, against its manifest. */
  int verify(String path) throws Exception;

  /**
   * The text of {@code config.resolved.conf} of a run directory.
   *
   * @throws IOException if there is none
   */
  String resolvedConfig(String runDir) throws IOException;
}
