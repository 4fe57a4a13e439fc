package org.treegrpo.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.treegrpo.core.optim.DivergedException;
import org.treegrpo.core.prompt.PromptException;
import org.treegrpo.job.executor.ExecutorException;
import org.treegrpo.job.train.InvalidInputException;
import org.treegrpo.reward.RewardException;

class FailureTest {

  private static final String STAGE =
      "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times";

  private static SparkException inATask(Throwable thrown) {
    return new SparkException(STAGE + "\n\tat of.the.Executor", thrown);
  }

  static Stream<Arguments> expected() {
    return Stream.of(
        Arguments.of(new InvalidInputException("a file is missing"), 2, "a file is missing"),
        Arguments.of(new IOException("disk full"), 1, "disk full"),
        Arguments.of(new FileNotFoundException("/x"), 1, "no such file: /x"),
        Arguments.of(new UncheckedIOException(new IOException("disk full")), 1, "disk full"),
        Arguments.of(inATask(new ExecutorException("no GPU")), 1, "no GPU"),
        Arguments.of(inATask(new DivergedException("lower the rate")), 1, "lower the rate"),
        Arguments.of(new DivergedException("lower the rate"), 1, "lower the rate"),
        Arguments.of(
            inATask(new CompletionException(new RewardException("reward 'a': no model"))),
            1,
            "reward 'a': no model"),
        Arguments.of(
            inATask(new PromptException("prompt 'p'", "must be there", "none")),
            1,
            "prompt 'p': must be there; found none"),
        Arguments.of(inATask(null), 1, STAGE));
  }

  private static String printed(Exception thrown) {
    StringWriter err = new StringWriter();
    Failure.of(thrown).print(new PrintWriter(err));
    return err.toString();
  }

  @ParameterizedTest
  @MethodSource("expected")
  void whatAUserCanActOnIsOneLineHoweverItWasCarried(
      Exception thrown, int exitCode, String message) {
    assertThat(Failure.of(thrown).exitCode()).as("exit code").isEqualTo(exitCode);
    assertThat(printed(thrown).strip()).isEqualTo("treegrpo: " + message);
  }

  @Test
  void aBugInATaskHasItsTrace() {
    assertThat(printed(inATask(new NullPointerException("a bug"))))
        .as("to be reported")
        .contains("please report", "NullPointerException: a bug", "\tat ");
  }
}
