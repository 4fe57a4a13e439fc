package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.train.CommandLineRun;

/** Directories on the command line that hold no run. */
class BadOptionTest {

  private static final String KNOWN = "' must be a directory of a known file system; ";

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  @ParameterizedTest
  @CsvSource({"resume", "evaluate", "'sample --prompt=ab --out=x.png'"})
  void aRunThatIsNoneIsNamedWithTheOption(String command) throws IOException {
    for (String place : new String[] {"", "nofs://host/run", "s p:/x"}) {
      command(command, "--run-dir=" + place).assertRefused("--run-dir: '" + place + KNOWN);
    }
    Path none = inputs.file("none");
    command(command, "--run-dir=" + none)
        .assertRefused("--run-dir: file:" + none, "must be the directory of a run");
    command(command, "--run-dir=" + inputs.file("run.conf"))
        .assertRefused("--run-dir: " + inputs.file("run.conf") + " must be a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"report", "verify"})
  void aDirectoryThatIsNoneIsNamed(String command) throws IOException {
    command(command, "").assertRefused("DIR: '" + KNOWN);
    command(command, inputs.file("run.conf").toString())
        .assertRefused("DIR: " + inputs.file("run.conf") + " must be a directory; it is a file");
    command(command, inputs.file("none").toString())
        .assertRefused("DIR: file:" + inputs.file("none") + " must be ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''      | --prompt: text must not be blank",
        "'  '    | --prompt: text must not be blank",
        "xyz     | text must only have characters of the policy's alphabet",
        "abcabca | text must have at most the 3 characters"
      })
  void aPromptThatCannotBeDrawnIsNamed(String prompt, String message) throws IOException {
    String config = inputs.file("run.conf").toString();
    inputs
        .command(
            "sample",
            "--config",
            config,
            "--prompt",
            prompt,
            "--out",
            inputs.file("x.png").toString())
        .assertRefused(message);
  }

  private CommandLineRun command(String command, String last) throws IOException {
    String[] words = (command + " -").split(" ");
    words[words.length - 1] = last;
    return inputs.command(words);
  }
}
