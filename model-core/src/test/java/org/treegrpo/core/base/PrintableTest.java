package org.treegrpo.core.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

  @Test
  void whatATerminalWouldObeyIsEscaped() {
    assertThat(Printable.escaped("a\0b\u001b[31mc\u009bd\u202ee\ud800"))
        .as("NUL, escape sequences of 7 and 8 bits, a change of direction, half a character")
        .isEqualTo("a\\u0000b\\u001b[31mc\\u009bd\\u202ee\\ud800");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a word", "two\nlines\tand a tab", "größer, 日本語, 👩‍🔬"})
  void otherTextStaysAsItIs(String text) {
    assertThat(Printable.escaped(text)).as("text of any language").isEqualTo(text);
  }

  @Test
  void anExcerptIsOneLine() {
    assertThat(Printable.excerpt("two\r\nlines\tand a tab"))
        .as("a line of its own could be taken for another message")
        .isEqualTo("two\\r\\nlines\\tand a tab");
  }

  @Test
  void aLongValueIsCutAndItsLengthIsSaid() {
    assertThat(Printable.excerpt("a".repeat(300))).as("as long as may be").hasSize(300);
    assertThat(Printable.excerpt("a".repeat(10_000_000)))
        .as("the start and the length")
        .isEqualTo("a".repeat(200) + "... (10,000,000 characters)");
    assertThat(Printable.excerpt(Printable.excerpt("a".repeat(301))))
        .as("an excerpt of an excerpt is itself")
        .isEqualTo(Printable.excerpt("a".repeat(301)));
    assertThat(Printable.excerpt(null)).as("nothing").isEqualTo("null");
  }
}
