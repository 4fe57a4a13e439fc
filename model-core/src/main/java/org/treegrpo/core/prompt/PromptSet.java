package org.treegrpo.core.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.base.StrictJson;

/** Prompts in the order of their file; ids are unique and there is at least one. */
public record PromptSet(List<Prompt> prompts) {

  private static final ObjectMapper JSON = StrictJson.mapper();

  /** What some editors put before UTF-8; it belongs to no line. */
  private static final String BYTE_ORDER_MARK = "\ufeff";

  public PromptSet {
    prompts = List.copyOf(prompts);
  }

  /**
   * Reads JSON lines, {@code {"id", "text", ...}} each; blank lines are skipped.
   *
   * @param name what error messages call the stream
   * @throws PromptException naming the line that breaks a rule
   */
  public static PromptSet read(InputStream in, String name) throws IOException {
    String text = decode(in.readAllBytes(), name);
    String[] lines = text.substring(text.startsWith(BYTE_ORDER_MARK) ? 1 : 0).split("\n", -1);
    List<Prompt> prompts = new ArrayList<>();
    Map<String, Integer> lineOfId = new HashMap<>();
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].isBlank()) {
        continue;
      }
      int number = i + 1;
      String where = name + " line " + number;
      Prompt prompt = parse(lines[i], where);
      Integer earlier = lineOfId.putIfAbsent(prompt.id(), number);
      if (earlier != null) {
        throw new PromptException(
            where, "id must be unique", "'%s', also on line %d".formatted(prompt.id(), earlier));
      }
      prompts.add(prompt);
    }
    if (prompts.isEmpty()) {
      throw new PromptException(name, "must hold at least one prompt", "none");
    }
    return new PromptSet(prompts);
  }

  private static String decode(byte[] bytes, String name) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(buffer).toString();
    } catch (CharacterCodingException e) {
      int line = 1;
      for (int i = 0; i < buffer.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new PromptException(name + " line " + line, "must be UTF-8", e.getMessage(), e);
    }
  }

  private static Prompt parse(String line, String where) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new PromptException(where, "must be one JSON object", e.getOriginalMessage(), e);
    }
    if (!node.isObject()) {
      throw new PromptException(where, "must be one JSON object", node);
    }
    Map<String, String> extra = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!entry.getKey().equals("id") && !entry.getKey().equals("text")) {
        JsonNode value = entry.getValue();
        extra.put(entry.getKey(), value.isTextual() ? value.textValue() : value.toString());
      }
    }
    String id = text(node, "id", where);
    String text = text(node, "text", where);
    try {
      return new Prompt(id, text, extra);
    } catch (IllegalArgumentException e) {
      throw new PromptException(where + ": " + e.getMessage(), e);
    }
  }

  private static String text(JsonNode node, String key, String where) {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw new PromptException(
          where, key + " must be a string", value.isMissingNode() ? "nothing" : value);
    }
    return value.textValue();
  }
}
