// Copyright (c) 2026 adops.offline_join contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

using System;
using System.Collections;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;

namespace AdOps.OfflineJoin.FieldKit
{
    /// <summary>The kit's key, out of a PKCS #12 file; it is never written to a disk of the machine.</summary>
    public sealed class Recipient : IDisposable
    {
        // Without this flag the key lies in the profile of the user until it is disposed of. Its name is known from
        // .NET Framework 4.7.2 on; older ones shall say so rather than not compile.
        private const X509KeyStorageFlags EphemeralKeySet = (X509KeyStorageFlags)32;

        public X509Certificate2 Certificate { get; private set; }

        public Recipient(byte[] pkcs12, SecureString passphrase)
        {
            try
            {
                Certificate = new X509Certificate2(pkcs12, passphrase, EphemeralKeySet);
            }
            catch (ArgumentException)
            {
                throw new Refusal("old_framework");
            }
            catch (CryptographicException)
            {
                throw new Refusal("passphrase");
            }
            if (!Certificate.HasPrivateKey)
                throw new Refusal("no_key");
        }

        public void Dispose()
        {
            Certificate.Reset();
        }
    }

    /// <summary>What a trusted issuer signed (RFC 5652 5).</summary>
    public static class Signed
    {
        private const string Sha256 = "2.16.840.1.101.3.4.2.1";
        private const string Data = "1.2.840.113549.1.7.1";

        /// <summary>The content. Issuers are SHA-256 fingerprints of their own certificates.</summary>
        public static byte[] Content(byte[] message, IEnumerable issuers, DateTime now)
        {
            SignedCms signed = new SignedCms();
            SignerInfo info;
            X509Certificate2 signer;
            try
            {
                signed.Decode(message);
                if (signed.SignerInfos.Count != 1 || signed.ContentInfo.ContentType.Value != Data)
                    throw new Refusal("damaged");
                info = signed.SignerInfos[0];
                signer = info.Certificate;
                if (signer == null || info.DigestAlgorithm.Value != Sha256)
                    throw new Refusal("damaged");
            }
            catch (Exception)
            {
                // whatever comes up on bytes that make no sense
                throw new Refusal("damaged");
            }
            try
            {
                // The signature only: the issuers are pinned, and there is no network to ask for revocations.
                info.CheckSignature(true);
            }
            catch (CryptographicException)
            {
                throw new Refusal("signature");
            }
            bool trusted = false;
            foreach (object issuer in issuers)
                trusted |= (string)issuer == Fingerprint.Of(signer.RawData);
            if (!trusted)
                throw new Refusal("stranger");
            if (now < signer.NotBefore.ToUniversalTime() || now > signer.NotAfter.ToUniversalTime())
                throw new Refusal("issuer_not_valid");
            return signed.ContentInfo.Content;
        }
    }

    public static class Fingerprint
    {
        /// <summary>SHA-256 in lower-case hexadecimal digits.</summary>
        public static string Of(byte[] content)
        {
            using (SHA256 sha256 = SHA256.Create())
                return BitConverter.ToString(sha256.ComputeHash(content)).Replace("-", "").ToLowerInvariant();
        }
    }

    /// <summary>The envelope of a sealed package (RFC 5652 6): AES-256-CBC, RSA with PKCS #1 v1.5 padding.</summary>
    /// <remarks>
    /// EnvelopedCms reads it, and does not decrypt it: that of .NET Framework finds no key that was not written to a
    /// disk, and searches the stores of the user for others.
    /// </remarks>
    public static class Envelope
    {
        private const string Kind = "adops.offline_join sealed package 1\nSHA-256: ";
        private const string Begin = "\n-----BEGIN CMS-----\n";
        private const string End = "\n-----END CMS-----\n";
        // AlgorithmIdentifier of AES-256-CBC in DER, up to its initialization vector
        private static readonly byte[] Aes256Cbc =
        {
            0x30, 0x1d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a, 0x04, 0x10
        };

        /// <summary>The message out of the file's text, whose own SHA-256 must be right.</summary>
        public static byte[] Unwrap(byte[] file)
        {
            string text = Encoding.ASCII.GetString(file);
            int begin = text.IndexOf(Begin, StringComparison.Ordinal);
            if (!text.StartsWith(Kind, StringComparison.Ordinal) || begin != Kind.Length + 64
                || !text.EndsWith(End, StringComparison.Ordinal) || text.Length < begin + Begin.Length + End.Length)
                throw new Refusal("damaged");
            int from = begin + Begin.Length;
            byte[] message;
            try
            {
                message = Convert.FromBase64String(text.Substring(from, text.Length - End.Length - from));
            }
            catch (FormatException)
            {
                throw new Refusal("damaged");
            }
            if (Fingerprint.Of(message) != text.Substring(Kind.Length, 64))
                throw new Refusal("damaged");
            return message;
        }

        /// <summary>What is inside, and for how many it was enveloped. Nobody vouches for it yet.</summary>
        public static byte[] Decrypt(byte[] message, Recipient recipient, out int recipients)
        {
            byte[] encryptedKey, content;
            try
            {
                EnvelopedCms enveloped = new EnvelopedCms();
                enveloped.Decode(message);
                recipients = enveloped.RecipientInfos.Count;
                encryptedKey = EncryptedKey(enveloped, recipient.Certificate);
                content = enveloped.ContentInfo.Content;
            }
            catch (Exception)
            {
                // whatever comes up on bytes that make no sense
                throw new Refusal("damaged");
            }
            if (encryptedKey == null)
                throw new Refusal("other_key");
            return Decrypt(content, recipient, encryptedKey, InitializationVector(message));
        }

        private static byte[] Decrypt(byte[] content, Recipient recipient, byte[] encryptedKey, byte[] vector)
        {
            byte[] key = new byte[0];
            try
            {
                using (RSA rsa = recipient.Certificate.GetRSAPrivateKey())
                    key = rsa.Decrypt(encryptedKey, RSAEncryptionPadding.Pkcs1);
                if (key.Length != 32)
                    throw new Refusal("damaged");
                using (SymmetricAlgorithm aes = Aes.Create())
                using (ICryptoTransform decryptor = aes.CreateDecryptor(key, vector))
                    return decryptor.TransformFinalBlock(content, 0, content.Length);
            }
            catch (CryptographicException)
            {
                throw new Refusal("damaged");
            }
            finally
            {
                Array.Clear(key, 0, key.Length);
            }
        }

        /// <summary>Null where the certificate is none of the recipients'.</summary>
        private static byte[] EncryptedKey(EnvelopedCms enveloped, X509Certificate2 certificate)
        {
            foreach (RecipientInfo info in enveloped.RecipientInfos)
            {
                KeyTransRecipientInfo transport = info as KeyTransRecipientInfo;
                object named = transport == null ? null : transport.RecipientIdentifier.Value;
                string number = named is X509IssuerSerial ? ((X509IssuerSerial)named).SerialNumber : null;
                if (string.Equals(number, certificate.SerialNumber, StringComparison.OrdinalIgnoreCase))
                    return transport.EncryptedKey;
            }
            return null;
        }

        private static byte[] InitializationVector(byte[] message)
        {
            for (int at = 0; at + Aes256Cbc.Length + 16 <= message.Length; at++)
            {
                int same = 0;
                while (same < Aes256Cbc.Length && message[at + same] == Aes256Cbc[same])
                    same++;
                if (same < Aes256Cbc.Length)
                    continue;
                byte[] vector = new byte[16];
                Array.Copy(message, at + same, vector, 0, 16);
                return vector;
            }
            throw new Refusal("damaged");
        }
    }
}
