package org.treegrpo.core.policy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A policy directory: {@code policy.json} and the files it names. Paths in it are relative to the
 * directory and may not leave it by name; symbolic links are followed.
 */
public final class PolicyDirectory {

  /** Name of the description in every policy directory. */
  public static final String DESCRIPTION = "policy.json";

  private PolicyDirectory() {}

  /**
   * Reads and checks {@code policy.json}, and that the files it names exist.
   *
   * @throws PolicyDirectoryException for the first rule that is broken
   */
  public static PolicySpec read(Path directory) throws IOException {
    PolicySpec spec = describe(directory);
    requireFile(directory, "file", spec.file());
    if (spec.decoder().isPresent()) {
      requireFile(directory, "decoder.file", spec.decoder().get().file());
    }
    return spec;
  }

  /**
   * Reads and checks {@code policy.json} only.
   *
   * @throws PolicyDirectoryException for the first rule that is broken
   */
  public static PolicySpec describe(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new PolicyDirectoryException(
          directory.toString(), "", "no such directory", "must be a policy directory");
    }
    Path description = directory.resolve(DESCRIPTION);
    if (!Files.isRegularFile(description)) {
      throw new PolicyDirectoryException(
          directory.toString(), "", "no such file", "must hold " + DESCRIPTION);
    }
    String text;
    try {
      text = Files.readString(description);
    } catch (CharacterCodingException e) {
      PolicyDirectoryException refusal =
          new PolicyDirectoryException(description.toString(), "", e.getMessage(), "must be UTF-8");
      refusal.initCause(e);
      throw refusal;
    }
    return PolicyFilesJson.parse(description.toString(), text);
  }

  /**
   * Writes {@code policy.json}, replacing an earlier one at once. Creates the directory; the files
   * that the description names are the caller's to write.
   *
   * @throws PolicyDirectoryException where the specification breaks a rule, before anything is
   *     written
   */
  public static void write(Path directory, PolicySpec spec) throws IOException {
    Path target = directory.resolve(DESCRIPTION);
    String text = PolicyFilesJson.render(spec);
    PolicyFilesJson.parse(target.toString(), text);
    Files.createDirectories(directory);
    Path temporary = Files.createTempFile(directory, "." + DESCRIPTION, ".tmp");
    try {
      Files.writeString(temporary, text);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void requireFile(Path directory, String key, String file)
      throws PolicyDirectoryException {
    if (!Files.isRegularFile(directory.resolve(file))) {
      throw new PolicyDirectoryException(
          directory.resolve(DESCRIPTION).toString(),
          key,
          "no file at " + directory.resolve(file),
          "must name a file of the directory");
    }
  }
}
