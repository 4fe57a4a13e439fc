/** Pictures for people: sample sheets, and grown trees with their images. */
package org.treegrpo.job.images;
