package org.treegrpo.job.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.treegrpo.job.train.CommandLineRun;

/** Prompt files that cannot be used, seen from the command line. */
class BadPromptsTest {

  private static final String GOOD = "{\"id\": \"one\", \"text\": \"ab\"}\n";

  @TempDir Path directory;
  private Inputs inputs;

  @BeforeEach
  void write() throws IOException {
    inputs = new Inputs(directory);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"id": "two", "text": "ab"        | line 2: must be one JSON object
          ["two", "ab"]                     | line 2: must be one JSON object; found ["two","ab"]
          {"text": "ab"}                    | line 2: id must be a string; found nothing
          {"id": "two", "text": 3}          | line 2: text must be a string; found 3
          {"id": "two", "text": " "}        | line 2: text must not be blank
          {"id": "one", "text": "ba"}       | line 2: id must be unique; found 'one', also on line 1
          {"id": "../up", "text": "ab"}     | line 2: id must match [A-Za-z0-9._-]{1,128}
          {"id": "..", "text": "ab"}        | line 2: id must match
          {"id": "a/b", "text": "ab"}       | line 2: id must match
          {"id": "two", "text": "abd"}      | prompt 'two': text must only have characters of the policy's alphabet 'abc'; found 'd' in 'abd'
          {"id": "two", "text": "abca"}     | prompt 'two': text must have at most the 3 characters the policy draws; found 4
          """)
  void aBadLineIsNumberedAndNamedWithItsRule(String line, String message) throws IOException {
    for (String file : new String[] {"train.jsonl", "held-out.jsonl"}) {
      String good = Files.readString(inputs.file(file));
      inputs.write(file, GOOD + line + "\n");
      inputs.train("tree.prompts-per-round=1").assertRefused(file, message);
      inputs.write(file, good);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n  \n\n"})
  void aFileWithoutPromptsIsNamed(String text) throws IOException {
    inputs.write("train.jsonl", text);
    inputs.train().assertRefused(inputs.file("train.jsonl") + "", "at least one prompt");
  }

  @Test
  void bytesThatAreNotUtf8NameTheirLine() throws IOException {
    Files.write(inputs.file("train.jsonl"), new byte[] {'\n', '"', (byte) 0xff, '"'});
    inputs.train().assertRefused("train.jsonl line 2: must be UTF-8");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
    String marked = "\ufeff" + Files.readString(inputs.file("train.jsonl"));
    inputs.write("train.jsonl", marked);
    inputs.command(inputs.arguments("plan")).assertDone();
    inputs.write("train.jsonl", GOOD + marked);
    inputs.train().assertRefused("train.jsonl line 2: must be one JSON object");
  }

  @Test
  void aHugePromptIsShownInPartAndItsLengthIsSaid() throws IOException {
    String line = "{\"id\": \"two\", \"text\": \"%s\"}\n";
    inputs.write("train.jsonl", line.formatted("ab".repeat(5_000_000)));
    CommandLineRun run = inputs.train();
    run.assertRefused("found 10000000 in 'abab", "... (10,000,000 characters)'");
    assertThat(run.err()).as("fits a screen").hasSizeLessThan(1000);
  }

  @Test
  void controlCharactersReachTheTerminalEscaped() throws IOException {
    String line = "{\"id\": \"two\", \"text\": \"a\\u0000\\u001b[2J\"}\n";
    inputs.write("train.jsonl", line);
    CommandLineRun run = inputs.train();
    run.assertRefused("\\u0000\\u001b[2J");
    assertThat(run.err()).as("no raw ones").doesNotContain("\0", "\u001b");
  }

  @ParameterizedTest
  @CsvSource({"train.jsonl, treegrpo.prompts.train", "policy/pipe, treegrpo.policy.path"})
  void aPipeIsNotWaitedFor(String name, String key) throws Exception {
    Path pipe = inputs.file(name);
    Files.deleteIfExists(pipe);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
        .as("mkfifo")
        .isZero();
    inputs.train().assertRefused(key, pipe + " must be a regular file; it is a pipe or a device");
    Files.delete(pipe);
  }

  @Test
  void aMissingFileIsNamedWithItsKey() throws IOException {
    Files.delete(inputs.file("held-out.jsonl"));
    inputs
        .train()
        .assertRefused("treegrpo.prompts.evaluation: " + inputs.file("held-out.jsonl"), "readable");
  }

  @Test
  void aDirectoryIsNoPromptFile() throws IOException {
    inputs
        .train("prompts.train=" + inputs.file("policy"))
        .assertRefused("treegrpo.prompts.train: " + inputs.file("policy") + " must be readable");
  }

  @Test
  void aWordThatThePolicyCannotDrawIsNotSampled() throws IOException {
    Path picture = inputs.file("x.png");
    inputs
        .command(
            "sample",
            "--config",
            inputs.file("run.conf").toString(),
            "--prompt=xyz",
            "--out=" + picture)
        .assertRefused("alphabet 'abc'", "'x' in 'xyz'");
  }
}
