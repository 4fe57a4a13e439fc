package org.treegrpo.core.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptSetTest {

  private static PromptSet read(String lines) throws IOException {
    return PromptSet.read(
        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)), "prompts.jsonl");
  }

  @Test
  void keepsOrderAndFurtherKeys() throws IOException {
    PromptSet set =
        read(
            """
            {"id": "b", "text": "a café", "target": "CAFÉ", "tags": ["x", 1], "n": 2}

            {"text": "second", "id": "a-1.x_Y"}\r
            """);
    assertThat(set.prompts())
        .as("in the file's order, blank lines skipped")
        .containsExactly(
            new Prompt("b", "a café", Map.of("target", "CAFÉ", "tags", "[\"x\",1]", "n", "2")),
            new Prompt("a-1.x_Y", "second"));
    assertThat(set.prompts().get(0).extra().keySet())
        .as("in the line's order")
        .containsExactly("target", "tags", "n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\": \"a\", | must be one JSON object",
        "[] | must be one JSON object",
        "{\"id\": \"b\", \"text\": \"x\"} {} | must be one JSON object",
        "{\"id\": \"b\", \"id\": \"c\", \"text\": \"x\"} | Duplicate field 'id'",
        "{\"text\": \"x\"} | id must be a string; found nothing",
        "{\"id\": 7, \"text\": \"x\"} | id must be a string; found 7",
        "{\"id\": \"b\"} | text must be a string",
        "{\"id\": \"b\", \"text\": \" \"} | text must not be blank",
        "{\"id\": \"a/b\", \"text\": \"x\"} | id must match",
        "{\"id\": \"a\", \"text\": \"x\"} | id must be unique; found 'a', also on line 1",
      })
  void namesTheLineOfAViolation(String line, String rule) {
    assertThatThrownBy(() -> read("{\"id\": \"a\", \"text\": \"x\"}\n\n" + line + "\n"))
        .isInstanceOf(PromptException.class)
        .hasMessageStartingWith("prompts.jsonl line 3: ")
        .hasMessageContaining(rule);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "null", "a b", "ü", "a\n"})
  void refusesUnsafeIds(String id) {
    assertThatThrownBy(() -> new Prompt(id, "text"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id must match");
  }

  @Test
  void refusesIdsBeyond128Characters() {
    assertThat(new Prompt("x".repeat(128), "text").id()).as("the longest id").hasSize(128);
    assertThatThrownBy(() -> new Prompt("x".repeat(129), "text"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAnEmptyFile() {
    assertThatThrownBy(() -> read("\n \n"))
        .isInstanceOf(PromptException.class)
        .hasMessageContaining("prompts.jsonl: must hold at least one prompt");
  }

  @Test
  void namesTheLineThatIsNotUtf8() {
    byte[] bytes = "{\"id\": \"a\", \"text\": \"x\"}\n{\"é".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> PromptSet.read(new ByteArrayInputStream(bytes), "p"))
        .isInstanceOf(PromptException.class)
        .hasMessageStartingWith("p line 2: must be UTF-8");
  }
}
