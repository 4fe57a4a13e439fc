package org.treegrpo.job.files;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local file system without a process of its own for every permission: where its native
 * library is absent, Hadoop runs {@code chmod} for each file and directory that it creates.
 */
final class LocalRunFileSystem extends RawLocalFileSystem {

  LocalRunFileSystem(Configuration configuration) throws IOException {
    initialize(URI.create("file:///"), configuration);
  }

  @Override
  public void setPermission(Path file, FsPermission permission) throws IOException {
    if (permission.getStickyBit()) {
      super.setPermission(file, permission);
      return;
    }
    String symbols =
        permission.getUserAction().SYMBOL
            + permission.getGroupAction().SYMBOL
            + permission.getOtherAction().SYMBOL;
    Files.setPosixFilePermissions(
        pathToFile(file).toPath(), PosixFilePermissions.fromString(symbols));
  }
}
