package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.train.CommandLineRun;
import org.treegrpo.job.train.FaultyRewardProvider;

/** Secrets in a configuration: the run works with them, and nothing shows or keeps them. */
class SecretsOnTheWayTest {

  private static final String SECRET = FaultyRewardProvider.KEY + "-hunter2";

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  private static String rewards(String key) {
    return "rewards=[{ name = remote, type = faulty, options { every = 1000000, api-key = \"%s\" } }]"
        .formatted(key);
  }

  @Test
  void aRunUsesItsSecretAndKeepsItNowhere() throws IOException {
    CommandLineRun done = inputs.train(rewards(SECRET), "rounds=2");
    done.assertDone();
    assertThat(done.out() + done.err()).as("printed").doesNotContain(SECRET);
    assertThat(filesWith(SECRET)).as("kept").isEmpty();
    assertThat(Files.readString(inputs.file("run/config.resolved.conf")))
        .as("said that there is one")
        .contains("api-key=\"(masked)\"");
  }

  @Test
  void aRunIsResumedWithItsSecretOrANewOneAndNotWithoutIt() throws IOException {
    inputs.train(rewards(SECRET), "rounds=1").assertDone();
    inputs
        .command("resume", "--run-dir", inputs.file("run").toString(), "--set=treegrpo.rounds=2")
        .assertRefused("treegrpo.rewards[0].options.api-key", "must be given again", "--config");
    inputs.resume(rewards(SECRET + "-renewed"), "rounds=2").assertDone();
    assertThat(filesWith(SECRET)).as("kept").isEmpty();
  }

  @Test
  void thePlanShowsNone() throws IOException {
    CommandLineRun plan =
        inputs.command(
            inputs.arguments("plan", rewards(SECRET), "run-dir=hdfs://me:hunter2@host/run"));
    plan.assertDone();
    assertThat(plan.out()).as("the plan").contains("hdfs://me:(masked)@host/run");
    assertThat(plan.out() + plan.err()).doesNotContain("hunter2");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          run-dir=nofs://me:hunter2@host/run               | nofs://me:(masked)@host/run
          policy.path=nofs://me:hunter2@host/p             | nofs://me:(masked)@host/p
          prompts.train=nofs://me:hunter2@host/p           | nofs://me:(masked)@host/p
          sampler.api-key=hunter2                          | treegrpo.sampler.api-key = (masked): unknown key
          rewards=[{ name = a, type = ocr, options { auth = hunter2 } }] | option 'auth' is unknown
          rewards=[{ name = a, type = ocr, options { token = [hunter2] } }] | options.token
          rewards=[{ name = a, options { token = hunter2 } | --set
          """)
  void aRefusalShowsNone(String override, String message) throws IOException {
    CommandLineRun refused = inputs.train(override);
    refused.assertRefused(message);
    assertThat(refused.err()).as(override).doesNotContain("hunter2");
  }

  @Test
  void wrongUsageShowsNone() throws IOException {
    CommandLineRun refused = inputs.command("verify", "a", "hdfs://me:hunter2@host/run");
    refused.assertRefused("hdfs://me:(masked)@host/run");
    assertThat(refused.err()).doesNotContain("hunter2");
  }

  /** Beside the inputs, which are the user's. */
  private List<Path> filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.walk(inputs.file("run"))) {
      return files.filter(Files::isRegularFile).filter(file -> contains(file, text)).toList();
    }
  }

  private static boolean contains(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
