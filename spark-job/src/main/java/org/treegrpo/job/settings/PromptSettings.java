package org.treegrpo.job.settings;

/**
 * JSONL files of prompts.
 *
 * @param train trained on; local path or any Hadoop URI
 * @param evaluation held out
 */
public record PromptSettings(String train, String evaluation) {

  static PromptSettings read(SettingsReader reader) {
    return new PromptSettings(reader.inputPath("train"), reader.inputPath("evaluation"));
  }
}
