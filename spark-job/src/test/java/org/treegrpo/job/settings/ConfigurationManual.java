package org.treegrpo.job.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A commented HOCON file as a page of Markdown: a section for each block and each commented list, a
 * table row for each key, in the order of the file.
 */
final class ConfigurationManual {

  private static final String TABLE = "\n| key | default | meaning |\n|---|---|---|\n";

  private final StringBuilder page = new StringBuilder();

  private final List<String> lines;

  private ConfigurationManual(String text) {
    this.lines = text.lines().toList();
  }

  /**
   * The page.
   *
   * @param text of the file
   * @param config the same file, with origins
   * @param root name of the one block
   */
  static String of(String text, Config config, String root) {
    ConfigurationManual manual = new ConfigurationManual(text);
    manual.prose(
        manual.lines.stream()
            .takeWhile(line -> line.startsWith("#"))
            .map(line -> line.substring(1)));
    manual.rows("", config.getObject(root));
    manual.sections("", config.getObject(root));
    return manual.page.toString();
  }

  private void rows(String prefix, ConfigObject block) {
    List<Map.Entry<String, ConfigValue>> keys =
        inOrder(block).filter(entry -> !isSection(entry.getValue())).toList();
    if (!keys.isEmpty()) {
      page.append(TABLE);
    }
    for (Map.Entry<String, ConfigValue> key : keys) {
      page.append(
          "| `%s%s` | `%s` | %s |\n"
              .formatted(
                  prefix,
                  key.getKey(),
                  written(key.getValue()),
                  escaped(String.join(" ", comments(key.getValue()).map(String::strip).toList()))));
    }
  }

  private void sections(String prefix, ConfigObject block) {
    inOrder(block)
        .filter(entry -> isSection(entry.getValue()))
        .forEach(entry -> section(prefix + entry.getKey(), entry.getValue()));
  }

  private void section(String path, ConfigValue value) {
    page.append("\n%s `%s`\n".formatted(path.contains(".") ? "###" : "##", path));
    prose(comments(value));
    if (value instanceof ConfigObject block) {
      rows(path + ".", block);
      sections(path + ".", block);
    }
  }

  /** Paragraphs; an indented line, {@code name meaning}, is an item of a list. */
  private void prose(Stream<String> comment) {
    String before = "\n";
    for (String line : comment.toList()) {
      if (line.startsWith("   ")) {
        String[] item = line.strip().split(" {2,}", 2);
        page.append("\n- `%s`: %s".formatted(item[0], escaped(item[1])));
        before = "\n\n";
      } else if (line.isBlank()) {
        before = "\n\n";
      } else {
        page.append(before).append(escaped(line.strip()));
        before = " ";
      }
    }
    page.append(before.equals("\n") ? "" : "\n");
  }

  private static Stream<Map.Entry<String, ConfigValue>> inOrder(ConfigObject block) {
    return block.entrySet().stream()
        .sorted(Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber()));
  }

  private static boolean isSection(ConfigValue value) {
    return value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST;
  }

  private static Stream<String> comments(ConfigValue value) {
    return value.origin().comments().stream();
  }

  /** As the file has it: 1e-4, not 1.0E-4. */
  private String written(ConfigValue value) {
    String line = lines.get(value.origin().lineNumber() - 1);
    return line.substring(line.indexOf('=') + 1).strip();
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
  }
}
