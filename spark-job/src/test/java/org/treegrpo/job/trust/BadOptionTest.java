package org.treegrpo.job.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

  @Test
  void aPictureIsWrittenToAFileOnly() throws IOException {
    sample("ab", directory)
        .assertRefused("--out: " + directory + " must be a PNG file", "a directory");
    Path nowhere = inputs.file("none");
    sample("ab", nowhere.resolve("x.png"))
        .assertRefused("--out: " + nowhere + "/x.png must be", "there is no directory " + nowhere);
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
    sample(prompt, inputs.file("x.png")).assertRefused(message);
  }

  private CommandLineRun sample(String prompt, Path out) throws IOException {
    List<String> words = new ArrayList<>(List.of(inputs.arguments("sample")));
    words.addAll(List.of("--prompt", prompt, "--out=" + out));
    return inputs.command(words.toArray(String[]::new));
  }

  private CommandLineRun command(String command, String last) throws IOException {
    String[] words = (command + " -").split(" ");
    words[words.length - 1] = last;
    return inputs.command(words);
  }
}
